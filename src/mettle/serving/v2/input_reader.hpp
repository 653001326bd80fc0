#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/serving/v2/json_get.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::v2 {

// Reads the `inputs` of a request into a slab, one after the other: numbers from JSON into the
// slab's memory, binary tensors borrowed from the bytes behind the JSON. Used again for the next
// request.
class InputReader {
public:
    // `binary` is what is behind the JSON. All of this must outlive the reading; `binary` and
    // `packed`, which gets the BYTES inputs in V2's form, the run, too: the slab borrows them.
    void begin(const Signature& signature, Slab& slab, std::string_view binary,
               std::vector<std::string>& packed);
    Result<void> read(json::array inputs);
    // Every input that is not optional has been given, and no byte is left. Gives the rows: 1 where
    // the model has none.
    Result<std::int64_t> finish() const;

private:
    // One input's description; "data" may come before what says how to read it.
    struct Text {
        std::string name;
        std::string datatype;
        Shape shape;
        std::optional<std::uint64_t> binary_size;
        std::string_view data;  // Its text, brackets included.
        bool has_name = false, has_datatype = false, has_shape = false, has_data = false;
    };

    Result<void> read_one(json::object object);
    Result<void> read_field(std::string_view key, json::value value);
    Result<void> read_shape(json::value value);
    Result<void> read_parameters(json::object object);
    Result<void> check_whole() const;
    Result<std::size_t> identify();
    Result<void> check_fit(std::size_t index);
    Result<void> take_data(std::size_t index);
    Result<json::array> data_array();
    Result<void> take_binary(std::size_t index);

    const Signature* signature_ = nullptr;
    Slab* slab_ = nullptr;
    std::string_view binary_;  // What no input has taken yet.
    std::vector<bool> seen_;   // By input.
    bool batches_ = false;
    std::int64_t rows_ = -1;
    Text input_;
    std::vector<std::string>* packed_ = nullptr;
    json::parser parser_;  // For "data", once it is known how to read it.
    json::document data_document_;
};

}  // namespace mettle::v2
