"""ETag arithmetic. Named by the import contract; nothing is here yet."""
