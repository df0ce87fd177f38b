// Files that C++'s streams and std::filesystem name: by their types alone. In
// each comment: a file's name, and what is done with it.
#include <filesystem>
#include <fstream>
#include <string>

template <class Stream>
void OpenAny(const std::string& name) {
  Stream stream(name);  // FILE: * create,write
}

struct Settings {
  std::ifstream file{"/etc/settings"};  // in a constructor of its own
};

int main(int argc, char** argv) {
  std::ifstream in("/etc/app.conf");                         // FILE: /etc/app.conf read
  std::ofstream out(std::string("/var/log/app"));            // FILE: /var/log/app create,write
  std::ofstream more("/var/log/more", std::ios::app);        // FILE: /var/log/more create,write
  std::fstream both("/var/db", std::ios::in | std::ios::out);  // FILE: /var/db read,write
  std::fstream later;
  later.open("/var/later", std::ios::in | std::ios::out | std::ios::trunc);  // FILE: /var/later create,read,write
  std::ifstream named(argv[1]);                              // FILE: * read
  std::ifstream odd("/a*b");                                 // FILE: /a\*b read
  std::filesystem::remove("/tmp/old");                       // FILE: /tmp/old write
  std::filesystem::create_directories("/tmp/a/b");           // FILE: /tmp/a/b create,write
  std::filesystem::rename("/tmp/x", "/tmp/y");               // FILE: /tmp/y create,write
  std::ifstream moved(std::move(in));                        // NO-FILE
  OpenAny<std::ofstream>(argv[0]);
  const auto opener = [] { std::ofstream inner("/tmp/in"); };  // FILE: /tmp/in create,write
  opener();
  return argc;
}
