#include "mettle/payload/input_rows.hpp"

#include "mettle/base/units.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/payload/json_tensor.hpp"
#include "mettle/payload/npy.hpp"
#include "mettle/payload/picture_rows.hpp"
#include "mettle/payload/value_law.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

namespace mettle::payload {

namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// A cell as JSON: what parses as JSON is it, anything else is text; of BYTES inputs all is text
// that is not a list.
json cell_value(const DataField& field, DataType type) {
    const bool list = field.value.starts_with('[');
    if (field.is_json || type != DataType::bytes || list) {
        auto value = json::parse(field.value, nullptr, /*allow_exceptions=*/false);
        if (!value.is_discarded()) return value;
    }
    return field.value;
}

// The input's value in a row; nothing (discarded) where the row has none.
json value_of(const DataRow& row, const TensorSpec& input, bool only) {
    if (const DataField* field = row.field(input.name)) return cell_value(*field, input.type);
    json list = json::array();
    for (std::size_t index = 0;; ++index) {
        const DataField* field = row.field(fmt::format("{}[{}]", input.name, index));
        if (!field) break;
        list.push_back(cell_value(*field, input.type));
    }
    if (!list.empty()) return list;
    if (!only || row.fields.empty() || row.fields[0].is_json) return json(json::value_t::discarded);
    for (const DataField& field : row.fields) list.push_back(cell_value(field, input.type));
    return list;
}

// As it is written where the record allows that, else with its dimensions where the count fits.
Result<Tensor> record_from(const json& value, const TensorSpec& input) {
    const Shape wanted = record_shape(input);
    Shape shape = shape_of_json(value);
    if (!wanted.accepts(shape) && !wanted.is_dynamic()) shape = wanted;
    if (!wanted.accepts(shape))
        return invalid(
            fmt::format("its shape {} is not {}", shape.to_string(), wanted.to_string()));
    return tensor_from_json(value, input.type, shape);
}

double number_at(const Tensor& tensor, std::size_t index) {
    const auto get = [&]<typename T>(T) { return static_cast<double>(tensor.as<T>()[index]); };
    switch (tensor.type) {
        case DataType::boolean:
        case DataType::uint8:
            return get(std::uint8_t{});
        case DataType::int8:
            return get(std::int8_t{});
        case DataType::uint16:
            return get(std::uint16_t{});
        case DataType::int16:
            return get(std::int16_t{});
        case DataType::uint32:
            return get(std::uint32_t{});
        case DataType::int32:
            return get(std::int32_t{});
        case DataType::uint64:
            return get(std::uint64_t{});
        case DataType::int64:
            return get(std::int64_t{});
        case DataType::fp16:
            return from_fp16(tensor.as<std::uint16_t>()[index]);
        case DataType::fp32:
            return get(float{});
        default:
            return get(double{});
    }
}

// An array as one of another type, where no whole number changes by that.
Result<Tensor> converted(Tensor from, DataType type) {
    if (from.type == type) return from;
    if (from.type == DataType::bytes || type == DataType::bytes)
        return invalid(fmt::format("it is {}, not {}", name_of(from.type), name_of(type)));
    Tensor to(type, from.shape);
    const std::size_t size = element_size(type);
    for (std::size_t index = 0; index * size < to.data().size(); ++index) {
        const double value = number_at(from, index);
        if (!is_floating(type) && value != std::floor(value))
            return invalid(fmt::format("{} is no {}", value, name_of(type)));
        put_number(to.data().data() + index * size, type, value);
        if (!is_floating(type) && number_at(to, index) != value)
            return invalid(fmt::format("{} is no {}", value, name_of(type)));
    }
    return to;
}

Result<std::vector<Tensor>> split(const Tensor& array, const TensorSpec& input) {
    const Shape wanted = record_shape(input);
    if (array.shape.rank() == 0 || !wanted.accepts(array.shape.row())) {
        return invalid(fmt::format("its shape {} is no list of {}", array.shape.to_string(),
                                   wanted.to_string()));
    }
    // One whose rows are empty takes no bytes, however many rows it claims.
    if (array.shape.element_count().value_or(0) == 0) return invalid("it is empty");
    std::vector<Tensor> records;
    const auto count = static_cast<std::size_t>(array.shape[0]);
    if (array.type == DataType::bytes) {
        const auto texts = split_bytes(array.data(), array.shape.element_count().value_or(0));
        if (!texts) return std::unexpected(texts.error());
        const std::size_t each = texts->size() / count;
        for (std::size_t index = 0; index < count; ++index) {
            const auto begin = texts->begin() + static_cast<std::ptrdiff_t>(index * each);
            const auto end = begin + static_cast<std::ptrdiff_t>(each);
            records.push_back(pack_bytes({begin, end}, array.shape.row()));
        }
        return records;
    }
    const std::size_t bytes = array.data().size() / count;
    for (std::size_t index = 0; index < count; ++index) {
        Tensor& record = records.emplace_back(array.type, array.shape.row());
        std::memcpy(record.data().data(), array.data().data() + index * bytes, bytes);
    }
    return records;
}

Result<Tensors> read_arrays(const std::string& path, const Signature& signature) {
    const auto bytes = read_whole_file(path, kMostBytes);
    if (!bytes) return std::unexpected(bytes.error());
    if (path.ends_with(".npz")) {
        auto arrays = parse_npz(*bytes, kMostBytes);
        if (!arrays) return invalid(fmt::format("{}: {}", path, arrays.error().message));
        return arrays;
    }
    if (signature.inputs.size() != 1)
        return invalid(
            fmt::format("{} holds one array, and the model takes {}: save them by name "
                        "with numpy.savez",
                        path, signature.to_string()));
    auto array = parse_npy(*bytes);
    if (!array) return invalid(fmt::format("{}: {}", path, array.error().message));
    Tensors arrays;
    arrays.push_back({signature.inputs[0].name, std::move(*array)});
    return arrays;
}

}  // namespace

Shape record_shape(const TensorSpec& input) {
    return input.shape.rank() > 0 && input.shape[0] < 0 ? input.shape.row() : input.shape;
}

Result<InputRows> InputRows::read(const std::string& path, const Signature& signature) {
    if (std::filesystem::is_directory(path)) return from_pictures(path, signature);
    const bool arrays = path.ends_with(".npy") || path.ends_with(".npz");
    return arrays ? from_arrays(path, signature) : from_text(path, signature);
}

Result<InputRows> InputRows::from_pictures(const std::string& path, const Signature& signature) {
    const auto input = picture_input(signature);
    if (!input) return std::unexpected(input.error());
    auto records = read_pictures(path, **input);
    if (!records) return std::unexpected(records.error());
    InputRows result;
    result.size_ = records->size();
    result.records_[(*input)->name] = std::move(*records);
    return result;
}

Result<InputRows> InputRows::from_text(const std::string& path, const Signature& signature) {
    const auto rows = read_data_file(path);
    if (!rows) return std::unexpected(rows.error());
    InputRows result;
    const bool only = signature.inputs.size() == 1;
    for (const TensorSpec& input : signature.inputs) {
        if (value_of(rows->front(), input, only).is_discarded()) continue;
        for (const DataRow& row : *rows) {
            const json value = value_of(row, input, only);
            auto record = value.is_discarded() ? Result<Tensor>(invalid("it has none"))
                                               : record_from(value, input);
            if (!record)
                return invalid(fmt::format("{}:{}: input '{}': {}", path, row.line, input.name,
                                           record.error().message));
            result.records_[input.name].push_back(std::move(*record));
        }
    }
    std::vector<std::string> found;
    for (const DataField& field : rows->front().fields) found.push_back(field.name);
    if (auto finished = result.finish(path, signature, found); !finished)
        return std::unexpected(finished.error());
    return result;
}

Result<InputRows> InputRows::from_arrays(const std::string& path, const Signature& signature) {
    auto arrays = read_arrays(path, signature);
    if (!arrays) return std::unexpected(arrays.error());
    InputRows result;
    std::vector<std::string> found;
    for (NamedTensor& array : *arrays) {
        found.push_back(array.name);
        const TensorSpec* input = signature.input(array.name);
        if (!input) continue;
        const auto wrong = [&](const Error& error) {
            return invalid(fmt::format("{}: array '{}': {}", path, array.name, error.message));
        };
        const auto typed = converted(std::move(array.tensor), input->type);
        if (!typed) return wrong(typed.error());
        auto records = split(*typed, *input);
        if (!records) return wrong(records.error());
        result.records_[array.name] = std::move(*records);
    }
    if (auto finished = result.finish(path, signature, found); !finished)
        return std::unexpected(finished.error());
    return result;
}

Result<void> InputRows::finish(const std::string& path, const Signature& signature,
                               const std::vector<std::string>& found) {
    if (records_.empty())
        return invalid(
            fmt::format("{} has {}, and the model takes {}: name a column or array as "
                        "its input",
                        path, fmt::join(found, ", "), signature.to_string()));
    size_ = records_.begin()->second.size();
    for (const auto& [name, records] : records_) {
        if (records.empty()) return invalid(fmt::format("{}: '{}' has no rows", path, name));
        if (records.size() != size_)
            return invalid(fmt::format("{}: '{}' has {} rows, and '{}' has {}", path, name,
                                       records.size(), records_.begin()->first, size_));
    }
    return {};
}

Result<Tensor> InputRows::take(const TensorSpec& input, std::size_t first,
                               std::int64_t count) const {
    const std::vector<Tensor>& records = records_.find(input.name)->second;
    const bool free = input.shape.rank() > 0 && input.shape[0] < 0;
    const Shape& row = records[first % size_].shape;
    Shape shape;
    if (free) shape.push_back(count);
    for (const std::int64_t dim : row.dims()) {
        if (shape.rank() == Shape::kMaxRank) return invalid("it has more than 8 dimensions");
        shape.push_back(dim);
    }
    std::string bytes;
    for (std::int64_t index = 0; index < (free ? count : 1); ++index) {
        const Tensor& record = records[(first + static_cast<std::size_t>(index)) % size_];
        if (!(record.shape == row))
            return invalid(
                fmt::format("rows of '{}' have shapes {} and {}, and one batch cannot "
                            "hold both: send them with -b 1",
                            input.name, row.to_string(), record.shape.to_string()));
        bytes.append(reinterpret_cast<const char*>(record.data().data()), record.data().size());
    }
    Tensor tensor(input.type, shape, bytes.size());
    if (!bytes.empty()) std::memcpy(tensor.data().data(), bytes.data(), bytes.size());
    return tensor;
}

}  // namespace mettle::payload
