#pragma once

// V2 inference requests: how inputs become bytes, how answers become tensors, and what an answer
// must look like.

#include "mettle/http/client.hpp"
#include "mettle/payload/compare.hpp"
#include "mettle/payload/tensors.hpp"
#include "mettle/tensor/signature.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols::v2 {

enum class Encoding { json, binary };  // Binary: the binary tensor extension, both ways.

// A request ready to be sent, and what is known of its answer.
struct Payload {
    http::HeaderList headers;  // Content-Type, and Inference-Header-Content-Length where binary.
    std::string body;
    std::int64_t rows = 1;
    // The right answer, where it is known, shared by all who check; outputs by name, those that are
    // not named are not compared.
    std::shared_ptr<const payload::Tensors> expected;
    payload::Tolerance tolerance;
};

// Fails for a type that has no JSON form (FP16, BF16) under Encoding::json.
Result<Payload> encode_request(const payload::Tensors& inputs, Encoding encoding);

// "/v2/models/digits/infer"
std::string infer_path(std::string_view model, std::string_view version);

// The outputs of an answer's body. `json_size` is its Inference-Header-Content-Length, or -1.
Result<payload::Tensors> decode_answer(std::string_view body, std::int64_t json_size);
Result<payload::Tensors> decode_answer(const http::ClientResponse& response);

// Why an answer is not one of `signature` to `rows` rows: an output missing, of another type, of a
// shape that the signature does not allow, of other rows, not finite. Nothing when it is.
std::optional<std::string> form_error(const payload::Tensors& outputs, const Signature& signature,
                                      std::int64_t rows);
// Why it is not the expected one: "label [0] is 3, not 7".
std::optional<std::string> value_error(const payload::Tensors& outputs,
                                       const payload::Tensors& expected,
                                       payload::Tolerance tolerance);

}  // namespace mettle::protocols::v2
