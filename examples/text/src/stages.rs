//! What the stages do, without the platform, so `cargo test` runs it.

use serde::Serialize;
use std::collections::BTreeMap;

pub type Words = BTreeMap<String, u32>;

#[derive(Serialize, Debug, PartialEq)]
pub struct Summary {
    pub id: String,
    /// All words of the text, and those that differ.
    pub total: u32,
    pub distinct: usize,
    /// The most frequent ones, three at most; of equals the first of the alphabet.
    pub top: Vec<String>,
}

/// One space between words, none around them.
pub fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn count(text: &str, stopwords: &[&str]) -> Words {
    let mut words = Words::new();
    for word in text.split(|character: char| !character.is_alphanumeric()) {
        let word = word.to_lowercase();
        if !word.is_empty() && !stopwords.contains(&word.as_str()) {
            *words.entry(word).or_default() += 1;
        }
    }
    words
}

pub fn sum_up(id: String, words: &Words) -> Summary {
    let mut by_count: Vec<_> = words.iter().collect();
    by_count.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then(a.cmp(b)));
    Summary {
        id,
        total: words.values().sum(),
        distinct: words.len(),
        top: by_count.iter().take(3).map(|(word, _)| word.to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_spaces() {
        assert_eq!(clean(" a \n\t b  c "), "a b c");
    }

    #[test]
    fn counts_without_stopwords_and_case() {
        let words = count("The bird, the BIRD and Übung.", &["the", "and"]);
        assert_eq!(words, Words::from([("bird".into(), 2), ("übung".into(), 1)]));
    }

    #[test]
    fn of_equals_the_first_of_the_alphabet_is_named_first() {
        let words = Words::from([("b".into(), 1), ("a".into(), 1), ("d".into(), 2), ("c".into(), 1)]);
        let summary = sum_up("x".into(), &words);
        assert_eq!(summary.top, ["d", "a", "b"]);
        assert_eq!((summary.total, summary.distinct), (5, 4));
    }
}
