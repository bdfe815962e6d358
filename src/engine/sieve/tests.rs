//! The pass against each rule run alone: the same rows, window by window, over random lakes.

mod lakes;
mod packs;
mod property;
mod work;
