#include "mettle/payload/picture_rows.hpp"

#include "mettle/payload/data_file.hpp"
#include "mettle/payload/input_rows.hpp"
#include "mettle/tensor/image/image_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace mettle::payload {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFileBytes = std::size_t{64} << 20;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // Of all records.

bool is_picture(const fs::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char each) {
        return static_cast<char>(std::tolower(each));
    });
    return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

Result<std::vector<fs::path>> pictures_in(const std::string& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_picture(entry->path())) paths.push_back(entry->path());
    }
    if (error)
        return fail(Error::Kind::invalid_input, fmt::format("{}: {}", folder, error.message()));
    if (paths.empty())
        return fail(Error::Kind::invalid_input,
                    fmt::format("{} holds no picture: .jpg, .jpeg or .png", folder));
    std::ranges::sort(paths);
    return paths;
}

Result<Tensor> record_of(const std::string& file, const TensorSpec& input,
                         const ImageInput* pictures) {
    if (!pictures) {
        const Shape shape = record_shape(input);
        return pack_bytes({file}, shape.is_dynamic() ? Shape{1} : shape);
    }
    const auto image = pictures->read(std::as_bytes(std::span(file)));
    if (!image) return std::unexpected(image.error());
    const Shape whole = pictures->shape_for(image->size, 1);
    const bool is_row = input.shape.rank() > 0 && input.shape[0] < 0;
    Tensor record(input.type, is_row ? whole.row() : whole);
    pictures->write(*image, record.data());
    return record;
}

}  // namespace

Result<const TensorSpec*> picture_input(const Signature& signature) {
    const auto only = [&](auto fits) -> std::pair<const TensorSpec*, int> {
        std::pair<const TensorSpec*, int> found{nullptr, 0};
        for (const TensorSpec& input : signature.inputs) {
            if (fits(input)) found = {&input, found.second + 1};
        }
        return found;
    };
    auto [input, count] =
        only([](const TensorSpec& spec) { return image_layout(spec).has_value(); });
    if (count == 0)
        std::tie(input, count) =
            only([](const TensorSpec& spec) { return spec.type == DataType::bytes; });
    if (count == 1) return input;
    return fail(Error::Kind::invalid_input,
                fmt::format("a folder of pictures is for one input with 1 or 3 channels, or one of "
                            "BYTES, and the model takes {}",
                            signature.to_string()));
}

Result<std::vector<Tensor>> read_pictures(const std::string& folder, const TensorSpec& input) {
    const auto paths = pictures_in(folder);
    if (!paths) return std::unexpected(paths.error());
    std::optional<ImageInput> pictures;
    if (input.type != DataType::bytes) {
        auto made = ImageInput::make(input, {});
        if (!made) return std::unexpected(made.error());
        pictures = std::move(*made);
    }
    std::vector<Tensor> records;
    std::size_t bytes = 0;
    for (const fs::path& path : *paths) {
        const auto file = read_whole_file(path.string(), kMostFileBytes);
        if (!file) return std::unexpected(file.error());
        auto record = record_of(*file, input, pictures ? &*pictures : nullptr);
        if (!record)
            return fail(record.error().kind,
                        fmt::format("{}: {}", path.string(), record.error().message));
        bytes += record->data().size();
        if (bytes > kMostBytes)
            return fail(Error::Kind::too_large,
                        fmt::format("the pictures of {} take more than {} MiB as tensors", folder,
                                    kMostBytes >> 20));
        records.push_back(std::move(*record));
    }
    return records;
}

}  // namespace mettle::payload
