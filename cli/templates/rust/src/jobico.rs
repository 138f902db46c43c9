//! A job's side of the platform: the event it gets, how it fails, and what it may ask for. What it may reach is what the
//! package grants. The types are made of wit/job.wit; this adds what makes them pleasant.
#![allow(dead_code, unused_imports)]

wit_bindgen::generate!({
    world: "job",
    path: "wit",
    pub_export_macro: true,
    default_bindings_module: "crate::jobico",
});

pub use exports::jobico::job::handler::{Event, Failure, Guest};
pub use self::jobico::job::{config, http, kv, outbox};

use std::fmt::Display;

impl Event {
    /// Reads the event's data. It fails permanently: no later attempt makes other data of it.
    pub fn decode<T: serde::de::DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.data).map_err(Failure::permanent)
    }
}

impl Failure {
    /// Tries again, as the job's retry policy says.
    pub fn retry(reason: impl Display) -> Self {
        Failure::Retry(reason.to_string())
    }

    /// Never tries again.
    pub fn permanent(reason: impl Display) -> Self {
        Failure::Permanent(reason.to_string())
    }
}

/// Lines of the execution's record.
pub mod log {
    pub use super::jobico::job::log::{write, Level};

    pub fn info(message: &str) {
        write(Level::Info, message);
    }

    pub fn warn(message: &str) {
        write(Level::Warn, message);
    }
}

// What the platform refuses for good is a permanent failure, what may pass is tried again.

impl From<kv::Error> for Failure {
    fn from(error: kv::Error) -> Self {
        match error {
            kv::Error::Denied(_) | kv::Error::TooLarge(_) => Failure::permanent(error),
            kv::Error::Conflict(_) | kv::Error::Unavailable(_) => Failure::retry(error),
        }
    }
}

impl From<http::Error> for Failure {
    fn from(error: http::Error) -> Self {
        match error {
            http::Error::Timeout | http::Error::Failed(_) => Failure::retry(error),
            _ => Failure::permanent(error),
        }
    }
}

impl From<outbox::Error> for Failure {
    fn from(error: outbox::Error) -> Self {
        Failure::permanent(error)
    }
}

/// Makes a component's handler of a function from an event to anything that serialises, or to a `Failure`.
macro_rules! job {
    ($handle:path) => {
        struct Job;

        impl $crate::jobico::Guest for Job {
            fn handle(
                event: $crate::jobico::Event,
            ) -> Result<Option<String>, $crate::jobico::Failure> {
                let result = $handle(event)?;
                let text = serde_json::to_string(&result).map_err($crate::jobico::Failure::permanent)?;
                Ok(Some(text))
            }
        }

        $crate::jobico::export!(Job);
    };
}
pub(crate) use job;
