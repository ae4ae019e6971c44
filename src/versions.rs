//! Which version of a package a project uses: manifests and lock files.
