#include "mettle/serving/wire/tensor_reader.hpp"

#include "mettle/serving/wire/json_data.hpp"
#include "mettle/serving/wire/number_scanner.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::wire {

namespace {

constexpr NumberForm kForm{.non_finite = true, .halves = true};

std::unexpected<Error> wrong(const TensorSpec& spec, std::string_view message) {
    return fail(Error::Kind::invalid_input, fmt::format("input '{}': {}", spec.name, message));
}

// A value takes a digit and a comma: what promises more than its text can hold gets no memory.
bool could_hold(std::string_view text, std::int64_t count) {
    return std::cmp_less_equal(count, text.size());
}

// A row of a single value may stand with brackets or without.
Shape as_row_of(const TensorSpec& spec, const Shape& row) {
    const std::size_t rank = spec.shape.rank();
    if (rank == 2 && row.rank() == 0) return {1};
    if (rank == 1 && row == Shape{1}) return {};
    return row;
}

Shape stacked(const Shape& row, std::int64_t rows) {
    Shape shape{rows};
    for (const std::int64_t dim : row.dims()) shape.push_back(dim);
    return shape;
}

}  // namespace

struct TensorReader::Parser {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;

    Result<simdjson::ondemand::array> array(std::string_view text, const TensorSpec& spec) {
        simdjson::ondemand::array data;
        const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
        auto error = parser.iterate(padded).get(document);
        if (!error) error = document.get_array().get(data);
        if (error) return wrong(spec, fmt::format("its value {}", describe(error)));
        return data;
    }
};

TensorReader::TensorReader() : parser_(std::make_unique<Parser>()) {}
TensorReader::~TensorReader() = default;

void TensorReader::begin(const Signature& signature, Slab& slab, std::vector<std::string>& packed) {
    signature_ = &signature;
    slab_ = &slab;
    packed_ = &packed;
    packed.resize(std::max(packed.size(), signature.inputs.size()));
    seen_.assign(signature.inputs.size(), false);
    slab.leave_out_optional_inputs();
    rows_ = -1;
}

Result<void> TensorReader::take_whole(std::size_t input, std::string_view text) {
    const TensorSpec& spec = signature_->inputs[input];
    const auto shape = shape_of(text);
    if (!shape) return wrong(spec, shape.error().message);
    if (auto accepted = accept(input, *shape); !accepted) return accepted;
    if (!could_hold(text, shape->element_count().value()))
        return wrong(spec, "its arrays are not all of the same size");
    text = as_array(text);
    if (spec.type == DataType::bytes) {
        std::string& packed = (*packed_)[input];
        packed.clear();
        if (auto read = read_strings(text, spec, *shape, packed); !read) return read;
        slab_->borrow_input(input, {spec.type, *shape, std::as_bytes(std::span(packed))});
        return {};
    }
    return read_numbers(text, spec, *shape, slab_->input(input, *shape));
}

Result<void> TensorReader::take_rows(std::size_t input, std::span<const std::string_view> texts) {
    const TensorSpec& spec = signature_->inputs[input];
    const auto first = shape_of(texts.empty() ? std::string_view() : texts.front());
    if (!first) return wrong(spec, first.error().message);
    const Shape row = as_row_of(spec, *first);
    if (row.rank() == Shape::kMaxRank)
        return wrong(spec, "its arrays are nested too deep for a row");
    const Shape shape = stacked(row, static_cast<std::int64_t>(texts.size()));
    if (auto accepted = accept(input, shape); !accepted) return accepted;
    const std::int64_t count = row.element_count().value();
    for (std::size_t at = 0; at < texts.size(); ++at) {
        const auto its = shape_of(texts[at]);
        if (!its || as_row_of(spec, *its) != row || !could_hold(texts[at], count))
            return wrong(spec, fmt::format("row {} is not of the shape {} of the first", at,
                                           row.to_string()));
    }
    return spec.type == DataType::bytes ? take_string_rows(input, texts, row, shape)
                                        : take_number_rows(input, texts, row, shape);
}

Result<void> TensorReader::take_string_rows(std::size_t input,
                                            std::span<const std::string_view> texts,
                                            const Shape& row, const Shape& shape) {
    const TensorSpec& spec = signature_->inputs[input];
    std::string& packed = (*packed_)[input];
    packed.clear();
    for (const std::string_view text : texts) {
        if (auto read = read_strings(as_array(text), spec, row, packed); !read) return read;
    }
    slab_->borrow_input(input, {spec.type, shape, std::as_bytes(std::span(packed))});
    return {};
}

Result<void> TensorReader::take_number_rows(std::size_t input,
                                            std::span<const std::string_view> texts,
                                            const Shape& row, const Shape& shape) {
    const TensorSpec& spec = signature_->inputs[input];
    std::span<std::byte> memory = slab_->input(input, shape);
    const std::size_t size = memory.size() / texts.size();
    for (const std::string_view text : texts) {
        auto read = read_numbers(as_array(text), spec, row, memory.first(size));
        if (!read) return read;
        memory = memory.subspan(size);
    }
    return {};
}

Result<void> TensorReader::take_bytes(std::size_t input,
                                      std::span<const std::string_view> elements) {
    const TensorSpec& spec = signature_->inputs[input];
    Shape shape;
    for (std::size_t axis = 0; axis < spec.shape.rank(); ++axis) shape.push_back(1);
    if (elements.size() != 1 && shape.rank() == 0)
        return wrong(spec, "it is a single value, and several are given");
    if (shape.rank() > 0) shape[0] = static_cast<std::int64_t>(elements.size());
    if (spec.type != DataType::bytes)
        return wrong(spec, fmt::format("it is {}, and raw bytes are for BYTES inputs: send JSON",
                                       name_of(spec.type)));
    if (auto accepted = accept(input, shape); !accepted) return accepted;
    std::string& packed = (*packed_)[input];
    packed.clear();
    for (const std::string_view element : elements) {
        const auto length = static_cast<std::uint32_t>(element.size());
        packed.append(reinterpret_cast<const char*>(&length), 4).append(element);
    }
    slab_->borrow_input(input, {spec.type, shape, std::as_bytes(std::span(packed))});
    return {};
}

Result<std::int64_t> TensorReader::finish() const {
    for (std::size_t input = 0; input < seen_.size(); ++input) {
        if (seen_[input]) continue;
        return fail(Error::Kind::invalid_input,
                    fmt::format("input '{}' is missing; the model takes {}",
                                signature_->inputs[input].name, signature_->to_string()));
    }
    return signature_->batches() ? rows_ : 1;
}

// Notes the input, if its shape is one that the model takes, with as many rows as the others have.
Result<void> TensorReader::accept(std::size_t input, const Shape& shape) {
    const TensorSpec& spec = signature_->inputs[input];
    if (seen_[input]) return wrong(spec, "it is given twice");
    seen_[input] = true;
    if (!spec.shape.accepts(shape))
        return wrong(spec, fmt::format("its values are nested as shape {}, and the model takes {}",
                                       shape.to_string(), spec.shape.to_string()));
    if (const auto count = shape.element_count(); !count) return wrong(spec, count.error().message);
    if (!signature_->batches()) return {};
    if (rows_ >= 0 && rows_ != shape[0])
        return wrong(spec, fmt::format("{} rows, and another input has {}", shape[0], rows_));
    rows_ = shape[0];
    if (rows_ == 0) return wrong(spec, "it has no rows: send at least one");
    return {};
}

Result<void> TensorReader::read_numbers(std::string_view text, const TensorSpec& spec,
                                        const Shape& shape, std::span<std::byte> memory) {
    const Shape flat = shape.rank() == 0 ? Shape{1} : shape;
    if (scan_numbers(text, spec.type, flat, memory, kForm)) return {};
    auto data = parser_->array(text, spec);
    if (!data) return std::unexpected(data.error());
    return wire::read_numbers(*data, spec.type, flat, memory, spec.name, kForm);
}

Result<void> TensorReader::read_strings(std::string_view text, const TensorSpec& spec,
                                        const Shape& shape, std::string& packed) {
    auto data = parser_->array(text, spec);
    if (!data) return std::unexpected(data.error());
    const Shape flat = shape.rank() == 0 ? Shape{1} : shape;
    return wire::read_strings(*data, flat, packed, spec.name, /*b64=*/true);
}

// A scalar as an array of one, with room behind it.
std::string_view TensorReader::as_array(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == text.find('[')) return text;
    bracketed_.assign("[").append(text).append("]");
    const std::size_t size = bracketed_.size();
    bracketed_.append(simdjson::SIMDJSON_PADDING, ' ');
    return std::string_view(bracketed_).substr(0, size);
}

}  // namespace mettle::wire
