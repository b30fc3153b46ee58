"""The hall: one flow per thing that a user can do.  Rooms meet here; nothing here touches the world."""
