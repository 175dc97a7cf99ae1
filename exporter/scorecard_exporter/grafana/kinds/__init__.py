"""What can be asked for, a module each: from a snapshot, a history or an explanation to frames. Pure."""
