//! Batches into a file: headers and records go to the system as they lie in memory, without being joined first.

use std::fs::File;
use std::io::{self, IoSlice};

use super::segment::PreparedBatch;
use crate::engine::kafka::batch::HEADER_BYTES;

/// No write goes beyond a multiple of this position in the file. For a longer one the system looks for as much memory in one piece,
/// and where memory is in small pieces it moves other pages to make room, which costs more than the writing.
const WRITE_BYTES: u64 = 128 * 1024;
/// The most slices that one write takes, below the system's 1024.
const MOST_SLICES: usize = 512;

/// Writes headers and records at `position`.
pub(super) fn write_batches(log: &File, position: u64, batches: &[PreparedBatch]) -> io::Result<()> {
    let headers: Vec<[u8; HEADER_BYTES]> = batches.iter().map(|batch| batch.header.encode()).collect();
    let mut slices: Vec<&[u8]> =
        headers.iter().zip(batches).flat_map(|(header, batch)| [&header[..], &batch.records[..]]).collect();
    write_slices(log, position, &mut slices)
}

fn write_slices(log: &File, mut at: u64, slices: &mut [&[u8]]) -> io::Result<()> {
    let mut once = Vec::with_capacity(slices.len().min(MOST_SLICES));
    let mut next = 0;
    while next < slices.len() {
        let mut room = usize::try_from(WRITE_BYTES - at % WRITE_BYTES).unwrap_or(usize::MAX);
        once.clear();
        for slice in slices[next..].iter().take(MOST_SLICES) {
            let part = &slice[..slice.len().min(room)];
            room -= part.len();
            once.push(IoSlice::new(part));
        }
        let mut written = rustix::io::pwritev(log, &once, at)?;
        if written == 0 && once.iter().any(|part| !part.is_empty()) {
            return Err(io::ErrorKind::WriteZero.into());
        }
        at += written as u64;
        while let Some(slice) = slices.get_mut(next) {
            let (done, rest) = slice.split_at(slice.len().min(written));
            written -= done.len();
            *slice = rest;
            if !rest.is_empty() {
                break;
            }
            next += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    fn check(position: u64, lengths: &[usize]) {
        let file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = (0..lengths.iter().sum()).map(|place: usize| (place % 251) as u8).collect();
        let mut rest = &bytes[..];
        let mut slices = Vec::new();
        for length in lengths {
            let (slice, behind) = rest.split_at(*length);
            slices.push(slice);
            rest = behind;
        }
        write_slices(&file, position, &mut slices).expect("written");
        assert_eq!(file.metadata().expect("a length").len(), if bytes.is_empty() { 0 } else { position + bytes.len() as u64 });
        let mut found = vec![0; bytes.len()];
        file.read_exact_at(&mut found, position).expect("read");
        assert!(found == bytes, "position {position}, lengths {lengths:?}");
    }

    #[test]
    fn slices_lie_behind_each_other_wherever_they_are_cut() {
        let most = WRITE_BYTES as usize;
        check(0, &[]);
        check(5, &[0, 0]);
        check(0, &[61, 0, 61, 1]);
        check(0, &[61, most - 61, 61, most * 2 + 1]);
        check(WRITE_BYTES - 1, &[61, most * 3, 61, 7]);
        check(3, &vec![1; MOST_SLICES * 2 + 1]);
    }
}
