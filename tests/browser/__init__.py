"""The UI as an operator sees it, and the pictures of docs/operator.md."""
