//! A text goes through three stages, each an event of its own: cleaned, counted, summed up.

mod jobico;
mod stages;

use jobico::{config, log, Event, Failure};
use serde::{Deserialize, Serialize};
use stages::{Summary, Words};

#[derive(Serialize, Deserialize)]
struct Text {
    id: String,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Counted {
    id: String,
    words: Words,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Cleaned(Text),
    Counted(Counted),
    Summary(Summary),
}

fn handle(event: Event) -> Result<Outcome, Failure> {
    match event.name.as_str() {
        "text-received" => clean(event.decode()?),
        "text-cleaned" => count(event.decode()?),
        "words-counted" => sum_up(event.decode()?),
        other => Err(Failure::permanent(format!("no stage takes {other}"))),
    }
}

fn clean(Text { id, text }: Text) -> Result<Outcome, Failure> {
    let text = stages::clean(&text);
    if text.is_empty() {
        return Err(Failure::permanent(format!("text {id} is blank")));
    }
    Ok(Outcome::Cleaned(Text { id, text }))
}

fn count(Text { id, text }: Text) -> Result<Outcome, Failure> {
    let stopwords = config::get("stopwords").unwrap_or_default();
    let words = stages::count(&text, &stopwords.split(',').collect::<Vec<_>>());
    log::info(&format!("text {id} has {} words", words.len()));
    Ok(Outcome::Counted(Counted { id, words }))
}

fn sum_up(Counted { id, words }: Counted) -> Result<Outcome, Failure> {
    Ok(Outcome::Summary(stages::sum_up(id, &words)))
}

jobico::job!(handle);
