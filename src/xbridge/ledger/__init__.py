"""The ledger room: entries, tree arithmetic, signed checkpoints, audit.  Nothing here touches a disk: stores do."""
