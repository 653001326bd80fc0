#include "mettle/prove/artefacts.hpp"

#include <fmt/format.h>

#include <fstream>

namespace mettle::prove {

Result<void> Artefacts::begin() {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (std::filesystem::is_directory(folder_, error)) return {};
    return fail(
        Error::Kind::invalid_input,
        fmt::format("--artefacts {} is no folder and cannot be made one", folder_.string()));
}

Result<void> Artefacts::keep(const results::RunResult& run, std::string_view stage) {
    const auto path = folder_ / fmt::format("{:03}-{}.json", ++kept_, stage);
    std::ofstream file(path, std::ios::binary);
    if (file << results::to_json(run) << '\n' << std::flush) return {};
    return fail(Error::Kind::invalid_input, fmt::format("{} cannot be written", path.string()));
}

}  // namespace mettle::prove
