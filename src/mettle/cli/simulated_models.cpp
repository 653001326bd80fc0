#include "mettle/cli/simulated_models.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/inference/simulated_model.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace mettle::cli {

namespace {

constexpr std::size_t kMostFileBytes = std::size_t{16} << 20;

Result<std::string> read_times(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Error::Kind::not_found, fmt::format("{}: {}", path, strerror(errno)));
    std::string text(kMostFileBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return fail(Error::Kind::not_found, fmt::format("{}: can't be read", path));
    if (text.size() > kMostFileBytes)
        return fail(Error::Kind::too_large, fmt::format("{}: longer than 16 MiB", path));
    return text;
}

}  // namespace

void add_simulated_models(const ServeOptions& options, ModelRepository& repository) {
    for (const std::string& text : options.simulated) {
        const auto spec = parse_simulated(text, read_times);
        if (!spec) throw StartupError(spec.error().message);
        ServedModel::Options served;
        served.max_queue = options.max_queue;
        served.workers = options.workers;
        served.slo = options.slo;
        served.queue_target = options.queue_target;
        served.batching.max_batch_rows = options.max_batch_rows;
        served.lane = options.lane.value_or(Lane::worker);
        repository.add(
            std::make_shared<ServedModel>(spec->name, "1", make_simulated(*spec), served));
    }
}

}  // namespace mettle::cli
