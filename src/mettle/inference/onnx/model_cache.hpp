#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mettle::onnx {

// Graphs as ONNX Runtime has optimised them before, kept in a folder for the next start. An entry
// is good for the same bytes of the model, the same runtime, the same kind of CPU (layouts are
// chosen for it) and the same settings: all of that is its name. Several processes may share a
// folder: an entry appears whole or not at all.
class ModelCache {
public:
    // The least recently made entries go beyond it.
    static constexpr std::uintmax_t kMostBytes = std::uintmax_t{2} << 30;

    // An empty folder: no cache.
    explicit ModelCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Where the optimised graph of `file` is or would be. Nothing where it is not worth it or not
    // right: small graphs are optimised faster than they are looked up, weights in other files are
    // not part of what is compared, and a folder may not be writable.
    std::optional<std::filesystem::path> entry_for(const std::filesystem::path& file,
                                                   std::string_view settings) const;

    // A name to write at, and making it the entry; a failure leaves none.
    static std::filesystem::path draft_of(const std::filesystem::path& entry);
    void keep(const std::filesystem::path& draft, const std::filesystem::path& entry) const;

private:
    void forget_oldest() const;

    std::filesystem::path folder_;
};

}  // namespace mettle::onnx
