//! What is made of the labs and the rules for readers elsewhere: the book.

pub mod book;
