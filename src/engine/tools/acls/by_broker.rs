//! ACLs as a broker's authorizer keeps them: CreateAcls, DeleteAcls, DescribeAcls.

use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::{CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest};
use kafka_protocol::protocol::StrBytes;

use super::binding::{Acls, Entry, Operation, PatternType, Permission, Resource, ResourceType, add};
use crate::engine::client::{Client, ClientError, Route};
use crate::engine::tools::Exception;

/// The number that means any type, operation or permission on the wire.
const ANY: i8 = 1;

fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}

fn failed(call: &'static str) -> impl Fn(ClientError) -> Exception {
    move |error| Exception::execution(Exception::of_call(call, &error))
}

fn refused(code: i16, message: Option<&StrBytes>) -> Result<(), ClientError> {
    ClientError::from_code(code, message.map(|message| message.as_str())).map_or(Ok(()), Err)
}

/// Adds entries to a resource.
pub(super) async fn create(client: &Client, resource: &Resource, entries: &[Entry]) -> Result<(), Exception> {
    let failed = failed("createAcls");
    let creation = |entry: &Entry| {
        AclCreation::default()
            .with_resource_type(resource.kind as i8)
            .with_resource_name(text(&resource.name))
            .with_resource_pattern_type(resource.pattern as i8)
            .with_principal(text(&entry.principal))
            .with_host(text(&entry.host))
            .with_operation(entry.operation as i8)
            .with_permission_type(entry.permission as i8)
    };
    let request = CreateAclsRequest::default().with_creations(entries.iter().map(creation).collect());
    let answer = client.call(Route::Controller, request).await.map_err(&failed)?;
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref()).map_err(&failed)?;
    }
    Ok(())
}

/// Removes entries of what a filter finds; all of them where none are given.
pub(super) async fn delete(client: &Client, filter: &Resource, entries: &[Entry]) -> Result<(), Exception> {
    let failed = failed("deleteAcls");
    let any = DeleteAclsFilter::default()
        .with_resource_type_filter(filter.kind as i8)
        .with_resource_name_filter(Some(text(&filter.name)))
        .with_pattern_type_filter(filter.pattern as i8)
        .with_principal_filter(None)
        .with_host_filter(None)
        .with_operation(ANY)
        .with_permission_type(ANY);
    let exact = |entry: &Entry| {
        any.clone()
            .with_principal_filter(Some(text(&entry.principal)))
            .with_host_filter(Some(text(&entry.host)))
            .with_operation(entry.operation as i8)
            .with_permission_type(entry.permission as i8)
    };
    let filters = if entries.is_empty() { vec![any.clone()] } else { entries.iter().map(exact).collect() };
    let answer = client.call(Route::Controller, DeleteAclsRequest::default().with_filters(filters)).await.map_err(&failed)?;
    for result in answer.filter_results {
        refused(result.error_code, result.error_message.as_ref()).map_err(&failed)?;
        for deleted in result.matching_acls {
            refused(deleted.error_code, deleted.error_message.as_ref()).map_err(&failed)?;
        }
    }
    Ok(())
}

/// The ACLs of what any of the filters finds; all where there are none.
pub(super) async fn find(client: &Client, filters: &[Resource]) -> Result<Vec<Acls>, Exception> {
    let failed = failed("describeAcls");
    let any = DescribeAclsRequest::default()
        .with_resource_type_filter(ANY)
        .with_resource_name_filter(None)
        .with_pattern_type_filter(PatternType::Any as i8)
        .with_principal_filter(None)
        .with_host_filter(None)
        .with_operation(ANY)
        .with_permission_type(ANY);
    let of = |filter: &Resource| {
        any.clone()
            .with_resource_type_filter(filter.kind as i8)
            .with_resource_name_filter(Some(text(&filter.name)))
            .with_pattern_type_filter(filter.pattern as i8)
    };
    let requests = if filters.is_empty() { vec![any.clone()] } else { filters.iter().map(of).collect() };
    let mut found = Vec::new();
    for request in requests {
        let answer = client.call(Route::Any, request).await.map_err(&failed)?;
        refused(answer.error_code, answer.error_message.as_ref()).map_err(&failed)?;
        for resource in answer.resources {
            let known = ResourceType::of_code(resource.resource_type).zip(PatternType::of_code(resource.pattern_type));
            // what a newer broker has is passed over
            let Some((kind, pattern)) = known else { continue };
            for acl in resource.acls {
                let Some(permission) = Permission::of_code(acl.permission_type) else { continue };
                let (principal, host) = (acl.principal.to_string(), acl.host.to_string());
                let entry = Entry { principal, host, operation: Operation::of_code(acl.operation), permission };
                add(&mut found, Resource { kind, name: resource.resource_name.to_string(), pattern }, entry);
            }
        }
    }
    Ok(found)
}
