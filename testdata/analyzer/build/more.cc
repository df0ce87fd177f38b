int More() { return STEP; }
