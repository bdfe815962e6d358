//! Public hunting queries: the columns must be those that Microsoft's binder derives.
