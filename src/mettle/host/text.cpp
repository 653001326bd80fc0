#include "mettle/host/text.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace mettle::host {

bool read_file(const std::string& path, std::string& text, std::size_t most) {
    text.clear();
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    constexpr std::size_t kStep = 16 << 10;
    ssize_t got = 0;
    do {
        const std::size_t before = text.size();
        text.resize(before + std::min(kStep, most - before));
        got = ::read(file, text.data() + before, text.size() - before);
        text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    } while (got > 0 && text.size() < most);
    ::close(file);
    return got >= 0;
}

}  // namespace mettle::host
