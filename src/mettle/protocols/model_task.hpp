#pragma once

// Tasks of models that take tensors, over whichever protocol.

#include "mettle/protocols/task.hpp"
#include "mettle/protocols/v2/infer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols {

// What differs between such protocols. Immutable, used by all workers.
class ModelApi {
public:
    virtual ~ModelApi() = default;
    virtual std::string path() const = 0;  // That inputs are posted to.
    virtual Result<v2::Payload> encode(const payload::Tensors& inputs) const = 0;
    virtual Result<payload::Tensors> decode(const Answer& answer) const = 0;
};

struct ModelTask {
    std::shared_ptr<const ModelApi> api;
    Signature signature;
    http::HeaderList headers;  // Behind each payload's own.
    std::string name;          // In the statistics.
    // That made the payloads, which then have ids; none: they have none.
    std::optional<std::uint64_t> seed = {};
};

http::ClientRequest model_request(const ModelTask& what, const v2::Payload& payload);

// Answers are checked for form and, where a payload has `expected`, values: Outcome::validation and
// Outcome::wrong_answer, with a detail that says what was wrong.
Task make_model_task(const ModelTask& what, const std::vector<v2::Payload>& payloads);

}  // namespace mettle::protocols
