"""What an operator does by command: keys and schema, serving, the register's files, the ledger's proof."""
