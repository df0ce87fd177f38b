// sealer [--key PATH] < RECORDS: seals records and checks seals.
#include <iostream>
#include <stdexcept>
#include <string>

#include "record.h"
#include "vault.h"

namespace {

// Whether the line was well-formed.
bool answer(const std::string& line, int number) {
  try {
    std::cout << record::parse(line)->answer() << '\n';
    return true;
  } catch (const record::Malformed& error) {
    std::cout << "line " << number << ": " << error.what() << '\n';
  } catch (const std::invalid_argument&) {
    std::cout << "line " << number << ": refused\n";
  }
  return false;
}

bool answer_all() {
  bool all_good = true;
  std::string line;
  for (int number = 1; std::getline(std::cin, line); ++number)
    all_good = answer(line, number) && all_good;
  return all_good;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path = "/run/secrets/sealer.key";
  if (argc == 3 && std::string(argv[1]) == "--key") path = argv[2];
  try {
    vault::open(path);
  } catch (const std::exception&) {
    std::cerr << "sealer: no key\n";
    return 2;
  }
  const bool all_good = answer_all();
  vault::close();
  return all_good ? 0 : 1;
}
