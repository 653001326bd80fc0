#include "mettle/serving/v2/output_reader.hpp"

namespace mettle::v2 {

namespace {

Result<void> read_parameters(json::object object, InferRequest::Output& output) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a parameter's name is not a string")
        METTLE_V2_GET(field.value(), value, "a parameter has no value")
        if (key == "binary_data") {
            bool binary_data = false;
            METTLE_V2_GET(value.get_bool(), binary_data,
                          "output parameter 'binary_data' is not true or false")
            output.binary = binary_data;
        } else if (key == "classification") {
            METTLE_V2_GET(value.get_uint64(), output.classes,
                          "output parameter 'classification' is not a whole number")
        } else if (key == "shared_memory_region") {
            return wrong("shared memory is not offered by this server");
        }
    }
    return {};
}

// Fills in all but the index, which follows from the name.
Result<void> read_fields(json::object object, std::string& name, InferRequest::Output& output) {
    bool has_name = false;
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
            if (auto read = read_parameters(inside, output); !read) return read;
        }
    }
    if (!has_name) return wrong("an output has no 'name'");
    return {};
}

}  // namespace

Result<void> read_outputs(json::array outputs, const Signature& signature,
                          std::vector<InferRequest::Output>& wanted) {
    for (auto element : outputs) {
        json::object object;
        METTLE_V2_GET(element.get_object(), object, "'outputs' is not an array of objects")
        std::string name;
        InferRequest::Output output;
        if (auto read = read_fields(object, name, output); !read) return read;
        const TensorSpec* spec = signature.output(name);
        if (!spec)
            return wrong("unexpected output '{}'; the model gives {}", name, signature.to_string());
        output.index = static_cast<std::uint32_t>(spec - signature.outputs.data());
        for (const InferRequest::Output& other : wanted) {
            if (other.index == output.index) return wrong("output '{}' is asked for twice", name);
        }
        wanted.push_back(output);
    }
    return {};
}

}  // namespace mettle::v2
