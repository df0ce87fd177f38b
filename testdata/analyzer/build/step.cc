int More();
int main() { return More() - STEP; }
