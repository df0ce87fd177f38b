int help(int value) { return value; }
