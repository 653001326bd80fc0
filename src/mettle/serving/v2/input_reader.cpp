#include "mettle/serving/v2/input_reader.hpp"

#include "mettle/serving/wire/json_data.hpp"
#include "mettle/serving/wire/number_scanner.hpp"

#include <algorithm>

namespace mettle::v2 {

void InputReader::begin(const Signature& signature, Slab& slab, std::string_view binary,
                        std::vector<std::string>& packed) {
    signature_ = &signature;
    slab_ = &slab;
    binary_ = binary;
    const std::size_t count = signature.inputs.size() + signature.optional_inputs.size();
    seen_.assign(count, false);
    slab.leave_out_optional_inputs();
    batches_ = signature.batches();
    rows_ = -1;
    packed_ = &packed;
    packed.resize(std::max(packed.size(), count));
}

Result<void> InputReader::read(json::array inputs) {
    for (auto element : inputs) {
        json::object object;
        METTLE_V2_GET(element.get_object(), object, "'inputs' is not an array of objects")
        if (auto read = read_one(object); !read) return read;
    }
    return {};
}

Result<std::int64_t> InputReader::finish() const {
    for (std::size_t index = 0; index < signature_->inputs.size(); ++index) {
        if (seen_[index]) continue;
        return wrong("input '{}' is missing; the model takes {}", signature_->inputs[index].name,
                     signature_->to_string());
    }
    if (!binary_.empty())
        return wrong("{} bytes are left in the body behind the last binary tensor", binary_.size());
    return batches_ ? rows_ : 1;
}

Result<void> InputReader::read_one(json::object object) {
    input_ = {};
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a key of an input is not a string")
        METTLE_V2_GET(field.value(), value, "a key of an input has no value")
        if (auto read = read_field(key, value); !read) return read;
    }
    if (auto whole = check_whole(); !whole) return whole;
    const auto index = identify();
    if (!index) return std::unexpected(index.error());
    return input_.binary_size ? take_binary(*index) : take_data(*index);
}

Result<void> InputReader::read_field(std::string_view key, json::value value) {
    const auto twice = [&] { return wrong("input '{}': '{}' is given twice", input_.name, key); };
    if (key == "name") {
        std::string_view name;
        METTLE_V2_GET(value.get_string(), name, "an input's 'name' is not a string")
        input_.name = name;
        if (std::exchange(input_.has_name, true)) return twice();
    } else if (key == "datatype") {
        std::string_view datatype;
        METTLE_V2_GET(value.get_string(), datatype, "input '{}': 'datatype' is not a string",
                      input_.name)
        input_.datatype = datatype;
        if (std::exchange(input_.has_datatype, true)) return twice();
    } else if (key == "shape") {
        if (std::exchange(input_.has_shape, true)) return twice();
        return read_shape(value);
    } else if (key == "parameters") {
        json::object inside;
        METTLE_V2_GET(value.get_object(), inside, "input '{}': 'parameters' is not an object",
                      input_.name)
        return read_parameters(inside);
    } else if (key == "data") {
        if (std::exchange(input_.has_data, true)) return twice();
        json::array data;
        METTLE_V2_GET(value.get_array(), data, "input '{}': 'data' is not an array", input_.name)
        METTLE_V2_GET(data.raw_json(), input_.data, "input '{}': 'data' is not an array",
                      input_.name)
    }
    return {};
}

Result<void> InputReader::read_shape(json::value value) {
    json::array dims;
    METTLE_V2_GET(value.get_array(), dims, "input '{}': 'shape' is not an array of whole numbers",
                  input_.name)
    for (auto element : dims) {
        std::int64_t dim = 0;
        if (const auto error = element.get_int64().get(dim)) {
            const bool of_type = error == simdjson::INCORRECT_TYPE ||
                                 error == simdjson::NUMBER_ERROR ||
                                 error == simdjson::NUMBER_OUT_OF_RANGE;
            if (!of_type) return not_json(error);
            return wrong("input '{}': 'shape' is not an array of whole numbers", input_.name);
        }
        if (input_.shape.rank() == Shape::kMaxRank)
            return wrong("input '{}': 'shape' has more than {} dimensions", input_.name,
                         Shape::kMaxRank);
        input_.shape.push_back(dim);
    }
    return {};
}

Result<void> InputReader::read_parameters(json::object object) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a parameter's name is not a string")
        METTLE_V2_GET(field.value(), value, "a parameter has no value")
        if (key == "binary_data_size") {
            std::uint64_t size = 0;
            const auto error = value.get_uint64().get(size);
            if (error == simdjson::NUMBER_ERROR || error == simdjson::INCORRECT_TYPE) {
                return wrong("input '{}': 'binary_data_size' is not a number of bytes",
                             input_.name);
            }
            if (error) return not_json(error);
            input_.binary_size = size;
        } else if (key == "shared_memory_region") {
            return wrong("input '{}': shared memory is not offered by this server", input_.name);
        }
    }
    return {};
}

Result<void> InputReader::check_whole() const {
    const Text& input = input_;
    if (!input.has_name) return wrong("an input has no 'name'");
    if (!input.has_datatype) return wrong("input '{}' has no 'datatype'", input.name);
    if (!input.has_shape) return wrong("input '{}' has no 'shape'", input.name);
    if (input.has_data && input.binary_size)
        return wrong("input '{}' has both 'data' and 'binary_data_size'", input.name);
    if (!input.has_data && !input.binary_size)
        return wrong("input '{}' has neither 'data' nor the parameter 'binary_data_size'",
                     input.name);
    return {};
}

// Which input of the model this is, once it fits.
Result<std::size_t> InputReader::identify() {
    const auto index = signature_->index_of_input(input_.name);
    if (!index)
        return wrong("unexpected input '{}'; the model takes {}", input_.name,
                     signature_->to_string());
    if (seen_[*index]) return wrong("input '{}' is given twice", input_.name);
    seen_[*index] = true;
    if (auto fits = check_fit(*index); !fits) return std::unexpected(fits.error());
    return *index;
}

// Type, shape and rows.
Result<void> InputReader::check_fit(std::size_t index) {
    const TensorSpec& spec = signature_->input_at(index);
    const std::string& name = input_.name;
    const Shape& shape = input_.shape;
    const auto type = data_type_from_name(input_.datatype);
    if (!type) return wrong("input '{}': '{}' is no V2 datatype", name, input_.datatype);
    if (*type != spec.type)
        return wrong("input '{}': datatype is {}, and the model takes {}", name, input_.datatype,
                     name_of(spec.type));
    if (!spec.shape.accepts(shape))
        return wrong("input '{}': shape is {}, and the model takes {}", name, shape.to_string(),
                     spec.shape.to_string());
    if (const auto count = shape.element_count(); !count)
        return wrong("input '{}': {}", name, count.error().message);
    if (!batches_ || index >= signature_->inputs.size()) return {};
    if (rows_ >= 0 && rows_ != shape[0])
        return wrong("input '{}': {} rows, and another input has {}", name, shape[0], rows_);
    rows_ = shape[0];
    if (rows_ == 0) return wrong("input '{}' has no rows: send at least one", name);
    return {};
}

Result<void> InputReader::take_data(std::size_t index) {
    const auto count = static_cast<std::size_t>(input_.shape.element_count().value());
    // A value takes a digit and a comma: what promises more than the request can hold is refused
    // before memory is made for it.
    if (count > input_.data.size())
        return wrong("input '{}': data has fewer values than shape {} has", input_.name,
                     input_.shape.to_string());
    const DataType type = signature_->input_at(index).type;
    std::span<std::byte> memory;
    if (type != DataType::bytes) {
        memory = slab_->input(index, input_.shape);
        if (wire::scan_numbers(input_.data, type, input_.shape, memory)) return {};
    }
    const auto data = data_array();
    if (!data) return std::unexpected(data.error());
    if (type != DataType::bytes)
        return wire::read_numbers(*data, type, input_.shape, memory, input_.name);
    std::string& packed = (*packed_)[index];
    packed.clear();
    if (auto read = wire::read_strings(*data, input_.shape, packed, input_.name); !read)
        return read;
    slab_->borrow_input(index, {type, input_.shape, std::as_bytes(std::span(packed))});
    return {};
}

// The text of "data" as an array of its own. It lies within the request, so the bytes behind it are
// readable.
Result<json::array> InputReader::data_array() {
    json::array data;
    const simdjson::padded_string_view padded(input_.data,
                                              input_.data.size() + simdjson::SIMDJSON_PADDING);
    METTLE_V2_GET(parser_.iterate(padded), data_document_, "input '{}': 'data' is not an array",
                  input_.name)
    METTLE_V2_GET(data_document_.get_array(), data, "input '{}': 'data' is not an array",
                  input_.name)
    return data;
}

Result<void> InputReader::take_binary(std::size_t index) {
    const std::uint64_t size = *input_.binary_size;
    if (size > binary_.size())
        return wrong("input '{}': 'binary_data_size' is {}, and {} bytes are left in the body",
                     input_.name, size, binary_.size());
    const auto bytes = std::as_bytes(std::span(binary_).first(size));
    binary_.remove_prefix(size);
    const DataType type = signature_->input_at(index).type;
    const std::int64_t count = input_.shape.element_count().value();
    const TensorView view{type, input_.shape, bytes};
    if (type == DataType::bytes) {
        if (auto split = split_bytes(bytes, count); !split)
            return wrong("input '{}': {}", input_.name, split.error().message);
        slab_->borrow_input(index, view);
        return {};
    }
    const std::size_t wanted = static_cast<std::size_t>(count) * element_size(type);
    if (size != wanted)
        return wrong("input '{}': 'binary_data_size' is {}, and shape {} of {} takes {} bytes",
                     input_.name, size, input_.shape.to_string(), name_of(type), wanted);
    const bool is_aligned =
        reinterpret_cast<std::uintptr_t>(bytes.data()) % element_size(type) == 0;
    if (is_aligned) {
        slab_->borrow_input(index, view);
    } else {
        std::ranges::copy(bytes, slab_->input(index, input_.shape).begin());
    }
    return {};
}

}  // namespace mettle::v2
