#include "mettle/inference/onnx/model_cache.hpp"

#include "mettle/inference/onnx/onnx_model.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <span>
#include <vector>

namespace mettle::onnx {

namespace {

namespace fs = std::filesystem;

// Optimising a graph of this size takes about as long as hashing and looking it up.
constexpr std::uintmax_t kLeastBytes = std::uintmax_t{256} << 10;
constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 30;

struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class Digest {
public:
    Digest() : context_(EVP_MD_CTX_new()) {
        good_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
    }
    void add(std::span<const char> bytes) {
        good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
    }
    // Empty: it failed.
    std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned size = 0;
        if (!good_ || EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) != 1) return {};
        std::string text;
        for (unsigned at = 0; at < size; ++at) text += fmt::format("{:02x}", bytes[at]);
        return text;
    }

private:
    std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
    bool good_ = false;
};

// What a CPU can do, in the kernel's words; the same for all of them.
std::string cpu_features() {
    std::ifstream file("/proc/cpuinfo");
    std::string features;
    for (std::string line; std::getline(file, line) && !line.empty();) {
        for (const std::string_view wanted : {"model name", "flags", "Features", "CPU part"})
            if (line.starts_with(wanted)) features += line + '\n';
    }
    return features;
}

// Adds the file's bytes. False where it can't be read, or weights stand in other files: ONNX says
// so by entries with the key "location".
bool add_graph(Digest& digest, const fs::path& file) {
    constexpr std::string_view kElsewhere = "\x0a\x08location";
    std::ifstream stream(file, std::ios::binary);
    std::vector<char> buffer(std::size_t{1} << 20);
    std::string seam;  // The end of the last piece, where a key may be cut in two.
    while (stream) {
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const std::string_view piece(buffer.data(), static_cast<std::size_t>(stream.gcount()));
        digest.add(piece);
        seam += piece.substr(0, kElsewhere.size());
        if (piece.contains(kElsewhere) || seam.contains(kElsewhere)) return false;
        seam = piece.substr(piece.size() - std::min(piece.size(), kElsewhere.size()));
    }
    return stream.eof();
}

}  // namespace

std::optional<fs::path> ModelCache::entry_for(const fs::path& file,
                                              std::string_view settings) const {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (folder_.empty() || error || size < kLeastBytes || size > kMostFileBytes)
        return std::nullopt;
    fs::create_directories(folder_, error);
    if (::access(folder_.c_str(), W_OK) != 0) return std::nullopt;
    Digest digest;
    if (!add_graph(digest, file)) return std::nullopt;
    static const std::string kHere = fmt::format("\n{}\n{}\n", runtime_version(), cpu_features());
    digest.add(kHere);
    digest.add(settings);
    const std::string name = digest.hex();
    if (name.empty()) return std::nullopt;
    return folder_ / (name + ".onnx");
}

fs::path ModelCache::draft_of(const fs::path& entry) {
    static int next = 0;
    return fmt::format("{}.{}-{}.draft", entry.string(), ::getpid(), next++);
}

void ModelCache::keep(const fs::path& draft, const fs::path& entry) const {
    std::error_code error;
    fs::rename(draft, entry, error);
    if (error) fs::remove(draft, error);
    forget_oldest();
}

void ModelCache::forget_oldest() const {
    struct Entry {
        fs::file_time_type made;
        std::uintmax_t bytes = 0;
        fs::path path;
    };
    std::vector<Entry> entries;
    std::uintmax_t total = 0;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; entry != end; entry.increment(error)) {
        if (error || entries.size() == 10'000) break;
        std::error_code ignored;
        entries.push_back({fs::last_write_time(entry->path(), ignored),
                           fs::file_size(entry->path(), ignored), entry->path()});
        if (ignored)
            entries.pop_back();
        else
            total += entries.back().bytes;
    }
    std::ranges::sort(entries, {}, &Entry::made);
    for (const Entry& entry : entries) {
        if (total <= kMostBytes) return;
        if (fs::remove(entry.path, error)) total -= entry.bytes;
    }
}

}  // namespace mettle::onnx
