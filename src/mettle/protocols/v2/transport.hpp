#pragma once

#include "mettle/load/transport.hpp"
#include "mettle/protocols/model_task.hpp"
#include "mettle/protocols/v2/infer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols::v2 {

std::shared_ptr<const ModelApi> make_api(std::string model, std::string version, Encoding encoding);

// The task that sends `payloads` to a V2 model, under the model's name. `headers` go behind each
// payload's own.
struct InferTask {
    std::string model;
    std::string version;
    Signature signature;
    http::HeaderList headers;
    std::optional<std::uint64_t> seed = {};  // As ModelTask's.
};
Task make_task(const InferTask& what, const std::vector<Payload>& payloads);

}  // namespace mettle::protocols::v2
