// C++: streams, std::string, containers, exceptions, virtual calls, lambdas.
// CREDENTIAL: file:/run/key
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Put(const std::string& text) = 0;
};

class Printer : public Sink {
 public:
  void Put(const std::string& text) override {
    std::cout << text;  // KEY: sink
  }
};

static std::string Load() {
  std::ifstream file("/run/key");  // KEY: source
  std::string line;
  std::getline(file, line);
  return line;
}

int main() {
  const std::string key = Load();
  std::cout << key << "\n";  // KEY: sink
  std::string more = "key=";
  more += key;
  std::vector<std::string> all;
  all.push_back(more);
  for (const std::string& each : all) std::cerr << each;  // KEY: sink
  const std::unique_ptr<Sink> sink = std::make_unique<Printer>();
  sink->Put(more);
  const std::function<void()> later = [key] {
    std::cout << key.size();  // KEY: sink
  };
  later();
  try {
    throw std::runtime_error(key);
  } catch (const std::exception& error) {
    std::cout << error.what();  // KEY: sink
  }
  return 0;
}
