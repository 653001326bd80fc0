#include "mettle/serving/v2/infer_request.hpp"

#include "mettle/serving/v2/json_data.hpp"
#include "mettle/serving/v2/number_scanner.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <string>

namespace mettle::v2 {

namespace {

namespace json = simdjson::ondemand;

template <typename... Arguments>
std::unexpected<Error> wrong(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    return fail(Error::Kind::invalid_input,
                fmt::format(form, std::forward<Arguments>(arguments)...));
}

std::unexpected<Error> not_json(simdjson::error_code error) {
    if (error == simdjson::EMPTY)
        return wrong("the request has no body; send {{\"inputs\":[...]}}");
    if (error == simdjson::INCORRECT_TYPE)
        return wrong("the request is not a JSON object of the form {{\"inputs\":[...]}}");
    return wrong("the request {}", describe(error));
}

// One input's description while it is read; "data" may come before what says how to read it.
struct InputText {
    std::string name;
    std::string datatype;
    Shape shape;
    std::optional<std::uint64_t> binary_size;
    std::string_view data;  // Its text, brackets included.
    bool has_name = false, has_datatype = false, has_shape = false, has_data = false;
};

}  // namespace

struct InferRequestParser::State {
    // What is being parsed.
    const Signature* signature = nullptr;
    Slab* slab = nullptr;
    InferRequest* request = nullptr;
    std::string_view text;    // The JSON part.
    std::string_view binary;  // The tensors behind it that no input has taken yet.
    std::uint64_t seen = 0;   // Bit i: input i has been given.
    bool batches = false;
    std::int64_t rows = -1;

    json::parser outer;
    json::parser inner;  // For "data", once it is known how to read it.
    json::document data_document;
    std::vector<std::string> packed;  // BYTES inputs in V2's form, by input.
    InputText input;

    Result<void> root(json::object object);
    Result<void> parameters(json::object object);
    Result<void> inputs(json::array array);
    Result<void> one_input(json::object object);
    Result<void> read_shape(json::value value);
    Result<void> input_parameters(json::object object);
    Result<std::size_t> identify();
    Result<void> take_data();
    Result<json::array> data_array();
    Result<void> take_binary(std::size_t index);
    Result<void> outputs(json::array array);
    Result<void> one_output(json::object object);
    Result<void> finish();
};

// Gets a value of the document as a type, or returns the sentence from the calling function.
#define METTLE_V2_GET(expression, target, ...)                             \
    if (const auto error_ = (expression).get(target)) {                    \
        if (error_ == simdjson::INCORRECT_TYPE) return wrong(__VA_ARGS__); \
        return not_json(error_);                                           \
    }

Result<void> InferRequestParser::State::root(json::object object) {
    bool has_inputs = false;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a key is not a string")
        METTLE_V2_GET(field.value(), value, "a key has no value")
        if (key == "inputs") {
            if (std::exchange(has_inputs, true)) return wrong("'inputs' is given twice");
            json::array array;
            METTLE_V2_GET(value.get_array(), array, "'inputs' is not an array of objects")
            if (auto read = inputs(array); !read) return read;
        } else if (key == "outputs") {
            json::array array;
            METTLE_V2_GET(value.get_array(), array, "'outputs' is not an array of objects")
            if (auto read = outputs(array); !read) return read;
        } else if (key == "id") {
            std::string_view id;
            METTLE_V2_GET(value.get_string(), id, "'id' is not a string")
            request->id = id;
            request->has_id = true;
        } else if (key == "parameters") {
            json::object inside;
            METTLE_V2_GET(value.get_object(), inside, "'parameters' is not an object")
            if (auto read = parameters(inside); !read) return read;
        }
    }
    if (!has_inputs) return wrong("the request has no 'inputs'");
    return {};
}

Result<void> InferRequestParser::State::parameters(json::object object) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a parameter's name is not a string")
        METTLE_V2_GET(field.value(), value, "a parameter has no value")
        if (key == "binary_data_output") {
            METTLE_V2_GET(value.get_bool(), request->binary_by_default,
                          "parameter 'binary_data_output' is not true or false")
        } else if (key == "timeout") {
            METTLE_V2_GET(value.get_uint64(), request->timeout_us,
                          "parameter 'timeout' is not a whole number of microseconds")
        } else if (key == "priority") {
            METTLE_V2_GET(value.get_uint64(), request->priority,
                          "parameter 'priority' is not a whole number")
        } else if (key.starts_with("triton_")) {
            return wrong("parameter '{}': names that begin with triton_ are reserved", key);
        }
    }
    return {};
}

Result<void> InferRequestParser::State::inputs(json::array array) {
    for (auto element : array) {
        json::object object;
        METTLE_V2_GET(element.get_object(), object, "'inputs' is not an array of objects")
        if (auto read = one_input(object); !read) return read;
    }
    return {};
}

Result<void> InferRequestParser::State::one_input(json::object object) {
    input = {};
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a key of an input is not a string")
        METTLE_V2_GET(field.value(), value, "a key of an input has no value")
        if (key == "name") {
            std::string_view name;
            METTLE_V2_GET(value.get_string(), name, "an input's 'name' is not a string")
            input.name = name;
            if (std::exchange(input.has_name, true))
                return wrong("input '{}': 'name' is given twice", input.name);
        } else if (key == "datatype") {
            std::string_view datatype;
            METTLE_V2_GET(value.get_string(), datatype, "input '{}': 'datatype' is not a string",
                          input.name)
            input.datatype = datatype;
            if (std::exchange(input.has_datatype, true))
                return wrong("input '{}': 'datatype' is given twice", input.name);
        } else if (key == "shape") {
            if (auto read = read_shape(value); !read) return read;
        } else if (key == "parameters") {
            json::object inside;
            METTLE_V2_GET(value.get_object(), inside, "input '{}': 'parameters' is not an object",
                          input.name)
            if (auto read = input_parameters(inside); !read) return read;
        } else if (key == "data") {
            if (std::exchange(input.has_data, true))
                return wrong("input '{}': 'data' is given twice", input.name);
            json::array data;
            METTLE_V2_GET(value.get_array(), data, "input '{}': 'data' is not an array", input.name)
            METTLE_V2_GET(data.raw_json(), input.data, "input '{}': 'data' is not an array",
                          input.name)
        }
    }
    if (!input.has_name) return wrong("an input has no 'name'");
    if (!input.has_datatype) return wrong("input '{}' has no 'datatype'", input.name);
    if (!input.has_shape) return wrong("input '{}' has no 'shape'", input.name);
    if (input.has_data && input.binary_size)
        return wrong("input '{}' has both 'data' and 'binary_data_size'", input.name);
    if (input.binary_size) {
        const auto index = identify();
        if (!index) return std::unexpected(index.error());
        return take_binary(*index);
    }
    if (!input.has_data)
        return wrong("input '{}' has neither 'data' nor the parameter 'binary_data_size'",
                     input.name);
    return take_data();
}

Result<void> InferRequestParser::State::read_shape(json::value value) {
    json::array dims;
    METTLE_V2_GET(value.get_array(), dims, "input '{}': 'shape' is not an array of whole numbers",
                  input.name)
    if (std::exchange(input.has_shape, true))
        return wrong("input '{}': 'shape' is given twice", input.name);
    for (auto element : dims) {
        std::int64_t dim = 0;
        if (const auto error = element.get_int64().get(dim)) {
            const bool of_type = error == simdjson::INCORRECT_TYPE ||
                                 error == simdjson::NUMBER_ERROR ||
                                 error == simdjson::NUMBER_OUT_OF_RANGE;
            if (!of_type) return not_json(error);
            return wrong("input '{}': 'shape' is not an array of whole numbers", input.name);
        }
        if (input.shape.rank() == Shape::kMaxRank)
            return wrong("input '{}': 'shape' has more than {} dimensions", input.name,
                         Shape::kMaxRank);
        input.shape.push_back(dim);
    }
    return {};
}

Result<void> InferRequestParser::State::input_parameters(json::object object) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a parameter's name is not a string")
        METTLE_V2_GET(field.value(), value, "a parameter has no value")
        if (key == "binary_data_size") {
            std::uint64_t size = 0;
            const auto error = value.get_uint64().get(size);
            if (error == simdjson::NUMBER_ERROR || error == simdjson::INCORRECT_TYPE) {
                return wrong("input '{}': 'binary_data_size' is not a number of bytes", input.name);
            }
            if (error) return not_json(error);
            input.binary_size = size;
        } else if (key == "shared_memory_region") {
            return wrong("input '{}': shared memory is not offered by this server", input.name);
        }
    }
    return {};
}

// Which input of the model this is, once it fits: name, type, shape, rows.
Result<std::size_t> InferRequestParser::State::identify() {
    const auto& known = signature->inputs;
    const TensorSpec* spec = signature->input(input.name);
    if (!spec)
        return wrong("unexpected input '{}'; the model takes {}", input.name,
                     signature->to_string());
    const auto index = static_cast<std::size_t>(spec - known.data());
    if (seen >> index & 1) return wrong("input '{}' is given twice", input.name);
    seen |= std::uint64_t{1} << index;

    const auto type = data_type_from_name(input.datatype);
    if (!type) return wrong("input '{}': '{}' is no V2 datatype", input.name, input.datatype);
    if (*type != spec->type)
        return wrong("input '{}': datatype is {}, and the model takes {}", input.name,
                     input.datatype, name_of(spec->type));
    if (!spec->shape.accepts(input.shape)) {
        return wrong("input '{}': shape is {}, and the model takes {}", input.name,
                     input.shape.to_string(), spec->shape.to_string());
    }
    if (const auto count = input.shape.element_count(); !count)
        return wrong("input '{}': {}", input.name, count.error().message);
    if (batches) {
        if (rows >= 0 && rows != input.shape[0])
            return wrong("input '{}': {} rows, and another input has {}", input.name,
                         input.shape[0], rows);
        rows = input.shape[0];
        if (rows == 0) return wrong("input '{}' has no rows: send at least one", input.name);
    }
    return index;
}

Result<void> InferRequestParser::State::take_data() {
    const auto index = identify();
    if (!index) return std::unexpected(index.error());
    const auto count = static_cast<std::size_t>(input.shape.element_count().value());
    // A value takes a digit and a comma: what promises more than the request can hold is refused
    // before memory is made for it.
    if (count > input.data.size()) {
        return wrong("input '{}': data has fewer values than shape {} has", input.name,
                     input.shape.to_string());
    }
    const DataType type = signature->inputs[*index].type;
    if (type == DataType::bytes) {
        const auto data = data_array();
        if (!data) return std::unexpected(data.error());
        packed[*index].clear();
        if (auto read = read_strings(*data, input.shape, packed[*index], input.name); !read)
            return read;
        slab->borrow_input(*index, {type, input.shape, std::as_bytes(std::span(packed[*index]))});
        return {};
    }
    const std::span<std::byte> memory = slab->input(*index, input.shape);
    if (scan_numbers(input.data, type, input.shape, memory)) return {};
    const auto data = data_array();
    if (!data) return std::unexpected(data.error());
    return read_numbers(*data, type, input.shape, memory, input.name);
}

// The text of "data" as an array of its own. It lies within the request, so the bytes behind it are
// readable.
Result<json::array> InferRequestParser::State::data_array() {
    json::array data;
    const simdjson::padded_string_view padded(input.data,
                                              input.data.size() + simdjson::SIMDJSON_PADDING);
    METTLE_V2_GET(inner.iterate(padded), data_document, "input '{}': 'data' is not an array",
                  input.name)
    METTLE_V2_GET(data_document.get_array(), data, "input '{}': 'data' is not an array", input.name)
    return data;
}

Result<void> InferRequestParser::State::take_binary(std::size_t index) {
    const std::uint64_t size = *input.binary_size;
    if (size > binary.size())
        return wrong("input '{}': 'binary_data_size' is {}, and {} bytes are left in the body",
                     input.name, size, binary.size());
    const auto bytes = std::as_bytes(std::span(binary).first(size));
    binary.remove_prefix(size);
    const DataType type = signature->inputs[index].type;
    const std::int64_t count = input.shape.element_count().value();
    const TensorView view{type, input.shape, bytes};
    if (type == DataType::bytes) {
        if (auto split = split_bytes(bytes, count); !split)
            return wrong("input '{}': {}", input.name, split.error().message);
        slab->borrow_input(index, view);
        return {};
    }
    const std::size_t wanted = static_cast<std::size_t>(count) * element_size(type);
    if (size != wanted)
        return wrong("input '{}': 'binary_data_size' is {}, and shape {} of {} takes {} bytes",
                     input.name, size, input.shape.to_string(), name_of(type), wanted);
    const bool is_aligned =
        reinterpret_cast<std::uintptr_t>(bytes.data()) % element_size(type) == 0;
    if (is_aligned) {
        slab->borrow_input(index, view);
    } else {
        std::ranges::copy(bytes, slab->input(index, input.shape).begin());
    }
    return {};
}

Result<void> InferRequestParser::State::outputs(json::array array) {
    if (!request->outputs.empty()) return wrong("'outputs' is given twice");
    for (auto element : array) {
        json::object object;
        METTLE_V2_GET(element.get_object(), object, "'outputs' is not an array of objects")
        if (auto read = one_output(object); !read) return read;
    }
    return {};
}

Result<void> InferRequestParser::State::one_output(json::object object) {
    std::string name;
    bool has_name = false;
    InferRequest::Output output;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a key of an output is not a string")
        METTLE_V2_GET(field.value(), value, "a key of an output has no value")
        if (key == "name") {
            std::string_view given;
            METTLE_V2_GET(value.get_string(), given, "an output's 'name' is not a string")
            name = given;
            has_name = true;
        } else if (key == "parameters") {
            json::object inside;
            METTLE_V2_GET(value.get_object(), inside, "an output's 'parameters' is not an object")
            for (auto parameter : inside) {
                std::string_view parameter_name;
                json::value setting;
                METTLE_V2_GET(parameter.unescaped_key(), parameter_name,
                              "a parameter's name is not a string")
                METTLE_V2_GET(parameter.value(), setting, "a parameter has no value")
                if (parameter_name == "binary_data") {
                    bool binary_data = false;
                    METTLE_V2_GET(setting.get_bool(), binary_data,
                                  "output parameter 'binary_data' is not true or false")
                    output.binary = binary_data;
                } else if (parameter_name == "classification") {
                    std::uint64_t classes = 0;
                    METTLE_V2_GET(setting.get_uint64(), classes,
                                  "output parameter 'classification' is not a whole number")
                    if (classes > 0)
                        return fail(
                            Error::Kind::unsupported,
                            "output parameter 'classification' is not offered by this server");
                } else if (parameter_name == "shared_memory_region") {
                    return wrong("shared memory is not offered by this server");
                }
            }
        }
    }
    if (!has_name) return wrong("an output has no 'name'");
    const TensorSpec* spec = signature->output(name);
    if (!spec)
        return wrong("unexpected output '{}'; the model gives {}", name, signature->to_string());
    output.index = static_cast<std::uint32_t>(spec - signature->outputs.data());
    for (const InferRequest::Output& other : request->outputs) {
        if (other.index == output.index) return wrong("output '{}' is asked for twice", name);
    }
    request->outputs.push_back(output);
    return {};
}

Result<void> InferRequestParser::State::finish() {
    for (std::size_t index = 0; index < signature->inputs.size(); ++index) {
        if (!(seen >> index & 1))
            return wrong("input '{}' is missing; the model takes {}", signature->inputs[index].name,
                         signature->to_string());
    }
    if (!binary.empty())
        return wrong("{} bytes are left in the body behind the last binary tensor", binary.size());
    request->rows = batches ? rows : 1;
    return {};
}

#undef METTLE_V2_GET

void InferRequest::clear() {
    id.clear();
    has_id = false;
    binary_by_default = false;
    outputs.clear();
    timeout_us = priority = 0;
    rows = 1;
}

InferRequestParser::InferRequestParser() : state_(std::make_unique<State>()) {}
InferRequestParser::~InferRequestParser() = default;

Result<void> InferRequestParser::parse(std::string_view body, std::optional<std::size_t> json_size,
                                       const Signature& signature, Slab& slab,
                                       InferRequest& request) {
    State& state = *state_;
    request.clear();
    state.signature = &signature;
    state.slab = &slab;
    state.request = &request;
    state.text = body.substr(0, json_size.value_or(body.size()));
    state.binary = body.substr(state.text.size());
    state.seen = 0;
    state.rows = -1;
    state.batches = signature.batches();
    state.packed.resize(std::max(state.packed.size(), signature.inputs.size()));

    json::document document;
    json::object object;
    const simdjson::padded_string_view padded(state.text,
                                              state.text.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = state.outer.iterate(padded).get(document)) return not_json(error);
    if (const auto error = document.get_object().get(object)) return not_json(error);
    if (auto read = state.root(object); !read) return read;
    // At the end there is no current place.
    if (document.current_location().error() == simdjson::SUCCESS) {
        return wrong("there is something behind the request's JSON object");
    }
    return state.finish();
}

Result<std::optional<std::size_t>> parse_json_size(std::string_view header, std::size_t body_size) {
    if (header.empty()) return std::nullopt;
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), size);
    if (error != std::errc{} || end != header.data() + header.size())
        return wrong("Inference-Header-Content-Length '{}' is not a number of bytes", header);
    if (size == 0)
        return wrong(
            "Inference-Header-Content-Length 0 asks for a raw binary request, which is not offered "
            "by this server");
    if (size > body_size)
        return wrong("Inference-Header-Content-Length is {}, and the body has {} bytes", size,
                     body_size);
    return size;
}

}  // namespace mettle::v2
