//! Whole queries: their schemas as text, and their faults by code.
