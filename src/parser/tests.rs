//! Trees, faults and limits of the parser.
