#pragma once

// The raw results of all runs of a readiness run, a file each, as run/1: 003-capacity.json. Owned
// by the prover; one thread. A file that cannot be written is said once and costs nothing else.

#include "mettle/base/result.hpp"
#include "mettle/results/run_result.hpp"

#include <filesystem>
#include <string_view>

namespace mettle::prove {

class Artefacts {
public:
    explicit Artefacts(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Makes the folder. Of earlier runs nothing is removed; files of the same name are replaced.
    Result<void> begin();
    Result<void> keep(const results::RunResult& run, std::string_view stage);

private:
    std::filesystem::path folder_;
    int kept_ = 0;
};

}  // namespace mettle::prove
