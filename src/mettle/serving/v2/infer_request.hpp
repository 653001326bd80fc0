#pragma once

#include "mettle/base/result.hpp"
#include "mettle/inference/model.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::v2 {

// What an inference request asks beside its tensors. Used again for the next one.
struct InferRequest {
    struct Output {
        std::uint32_t index = 0;     // In the signature.
        std::optional<bool> binary;  // Nothing: as the request as a whole says.
        std::uint64_t classes = 0;   // Instead of the tensor, its largest values.
        bool operator==(const Output&) const = default;
    };
    void clear();

    std::string id;
    bool has_id = false;
    bool binary_by_default = false;
    std::vector<Output> outputs;  // Empty: all of them.
    std::uint64_t timeout_us = 0;
    std::uint64_t priority = 0;
    std::int64_t rows = 1;
    std::vector<std::string> packed;  // BYTES inputs that came as JSON, borrowed by the slab.
};

// Reads inference requests of KServe V2, JSON or with the binary tensor extension, straight into
// the slab's memory. One for each thread: it keeps the JSON parser's buffers.
class InferRequestParser {
public:
    InferRequestParser();
    ~InferRequestParser();
    InferRequestParser(InferRequestParser&&) = delete;

    // `json_size` is the value of Inference-Header-Content-Length, where there is one: what is
    // behind that many bytes of `body` are binary tensors, and with 0 there is no JSON: read_raw().
    // At least 64 bytes behind `body` are
    // readable. Fails with `invalid_input` and a sentence that names the input and says what is
    // wrong with it. The slab may then be half filled. Binary tensors that are aligned for their
    // type are borrowed from `body`, BYTES from `request`: both must outlive the run.
    Result<void> parse(std::string_view body, std::optional<std::size_t> json_size,
                       const Signature& signature, Slab& slab, InferRequest& request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The header's value: a number of bytes, at most those of the body.
Result<std::optional<std::size_t>> parse_json_size(std::string_view header, std::size_t body_size);

}  // namespace mettle::v2
