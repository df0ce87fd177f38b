// The constant texts of ELF files, such as the names that dlopen is called
// with. A file is read when the first of its texts is asked for.
//
//   ImageStrings strings;
//   std::optional<std::string> name = strings.At(image, value);

#ifndef BAILEY_ANALYZER_ELF_IMAGE_STRINGS_H_
#define BAILEY_ANALYZER_ELF_IMAGE_STRINGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/elf/elf_image.h"
#include "analyzer/elf/machine_value.h"

namespace bailey::analyzer {

class ImageStrings {
 public:
  ImageStrings();
  ~ImageStrings();

  // The text that a value of `image` points to. Nothing if the value is not
  // known, or what it points to may change or does not end.
  std::optional<std::string> At(const ElfImage& image,
                                const MachineValue& value);
  // Whether the file's loaded bytes hold `text` anywhere. True of a file that
  // cannot be read: nothing is known of it.
  bool Holds(const ElfImage& image, std::string_view text);

 private:
  struct Opened;
  const Opened& Open(const ElfImage& image);

  std::map<std::string, std::unique_ptr<Opened>> files_;  // By path.
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_IMAGE_STRINGS_H_
