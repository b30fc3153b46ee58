"""The stores: where rows, single-use markers, stamps and the ledger live.  They share a contract, not a base class."""
