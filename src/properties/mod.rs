//! `.properties` files as Java reads them, kept to the byte and edited in place.
