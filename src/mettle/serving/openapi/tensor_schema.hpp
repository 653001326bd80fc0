#pragma once

// A tensor in JSON, nested as its shape says: what OpenAPI says of it, and an example.

#include "mettle/tensor/signature.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace mettle::openapi {

using Json = nlohmann::ordered_json;

// What the elements of a BYTES tensor are; other tensors are `plain`.
enum class Content : std::uint8_t { plain, picture };
enum class Direction : std::uint8_t { request, response };

// A dimension of any size has one element at least in a request. Responses have null for what is
// not finite.
Json tensor_schema(const TensorSpec& spec, const Shape& shape, Content content,
                   Direction direction);

// Zeros, "text", or a picture of one pixel: a value that the schema of a request accepts.
// Dimensions of any size have one element.
Json tensor_example(const TensorSpec& spec, const Shape& shape, Content content);

// Of tensor_example().
std::int64_t example_elements(const Shape& shape);

}  // namespace mettle::openapi
