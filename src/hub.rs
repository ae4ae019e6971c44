//! Where a commit hash comes from: lock file, local cache, Hub API.
