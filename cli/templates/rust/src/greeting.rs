//! Knows nothing of the platform, so `cargo test` runs it.

use serde::{Deserialize, Serialize};

/// The event's data: schemas/person.json.
#[derive(Deserialize)]
pub struct Person {
    pub name: String,
}

/// The result.
#[derive(Serialize, Debug, PartialEq)]
pub struct Greeting {
    pub text: String,
    pub visits: u32,
}

pub fn greet(person: &Person, word: &str, visits: u32) -> Result<Greeting, String> {
    let name = person.name.trim();
    if name.is_empty() {
        return Err("nobody is there to be greeted".into());
    }
    Ok(Greeting { text: format!("{word}, {name}!"), visits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greets_with_the_configured_word() {
        let person = Person { name: " Ada ".into() };
        let expected = Greeting { text: "Ahoy, Ada!".into(), visits: 2 };
        assert_eq!(greet(&person, "Ahoy", 2), Ok(expected));
    }

    #[test]
    fn refuses_a_blank_name() {
        assert!(greet(&Person { name: " ".into() }, "Hello", 1).is_err());
    }
}
