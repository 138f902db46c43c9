//! Greets whoever arrives.

mod greeting;
mod jobico;

use jobico::{config, kv, log, Event, Failure};

fn greet(event: Event) -> Result<greeting::Greeting, Failure> {
    let person: greeting::Person = event.decode()?;
    let visits = count_visit(&person.name)?;
    let word = config::get("greeting").unwrap_or_else(|| "Hello".into());
    let greeting = greeting::greet(&person, &word, visits).map_err(Failure::Permanent)?;
    log::info(&greeting.text);
    Ok(greeting)
}

/// Counts in the bucket `visits`. Where somebody else counted in between it fails, and the event is tried again.
fn count_visit(name: &str) -> Result<u32, Failure> {
    let before = kv::get("visits", name)?;
    let (count, when) = match before {
        None => (1, kv::Condition::IfAbsent),
        Some(entry) => {
            let counted: u32 = serde_json::from_slice(&entry.value).map_err(Failure::permanent)?;
            (counted + 1, kv::Condition::IfRevision(entry.revision))
        }
    };
    kv::set("visits", name, count.to_string().as_bytes(), &when)?;
    Ok(count)
}

jobico::job!(greet);
