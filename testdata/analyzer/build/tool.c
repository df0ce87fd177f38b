int help(int value);
int main(void) { return help(0); }
