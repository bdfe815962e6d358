//! JSON text, read and written in place: what KQL's dynamic is made of.
//!
//! In: the text of a JSON value. Out: slices of that text ([`Node`]), or new text. What always holds:
//! numbers keep their text and objects the order of their members; nothing recurses by the depth of
//! the text except [`canonical`], which has a limit; a repeated key means its first value.

mod canonical;
mod node;
mod path;
mod scan;
mod write;

pub use canonical::canonical;
pub use node::{Kind, Node, Number};
pub use path::{Step, Steps};
pub use write::{Array, Bag, compact, push_real, push_string, real_text, string_text};

/// The value in this text; None where it is not JSON.
pub fn parse(text: &str) -> Option<Node<'_>> {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    scan::is_value(trimmed).then_some(Node::new(trimmed))
}

/// The value in a text that is known to be JSON (a cell of a dynamic column). A text that is not
/// JSON after all reads as nothing, never as something else's part.
pub fn trusted(text: &str) -> Node<'_> {
    Node::new(text.trim_matches([' ', '\t', '\r', '\n']))
}
