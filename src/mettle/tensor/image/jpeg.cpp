#include "mettle/tensor/image/codecs.hpp"

#include <fmt/format.h>

#include <turbojpeg.h>

#include <memory>
#include <string_view>
#include <type_traits>

namespace mettle::jpeg {

namespace {

struct Destroy {
    void operator()(void* decoder) const { tjDestroy(decoder); }
};
using Decoder = std::unique_ptr<std::remove_pointer_t<tjhandle>, Destroy>;

// A scan of a progressive file goes over all its pixels again, and takes few bytes:
// TJFLAG_LIMITSCANS ends at 500. Pillow, which models are trained with, takes the accurate
// transform.
constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;

struct Head {
    ImageSize size;
    int colours = 0;
};

std::unexpected<Error> corrupt(void* decoder) {
    return fail(Error::Kind::invalid_input,
                fmt::format("the JPEG is corrupt or cut off: {}", tjGetErrorStr2(decoder)));
}

const unsigned char* bytes_of(std::span<const std::byte> file) {
    return reinterpret_cast<const unsigned char*>(file.data());
}

Result<Head> read_head(void* decoder, std::span<const std::byte> file) {
    Head head;
    int subsampling = 0;
    if (tjDecompressHeader3(decoder, bytes_of(file), file.size(), &head.size.width,
                            &head.size.height, &subsampling, &head.colours) != 0)
        return corrupt(decoder);
    if (head.colours == TJCS_CMYK || head.colours == TJCS_YCCK) {
        return fail(Error::Kind::invalid_input,
                    "the JPEG is in the colours of print (CMYK): send it in RGB or grey");
    }
    return head;
}

ImageSize scaled(ImageSize size, tjscalingfactor factor) {
    return {TJSCALED(size.width, factor), TJSCALED(size.height, factor)};
}

// The least of an eighth, a quarter and a half that is still twice what is needed, else the whole.
ImageSize size_to_decode(ImageSize whole, std::optional<ImageSize> needed) {
    if (!needed) return whole;
    for (const int part : {8, 4, 2}) {
        const ImageSize size = scaled(whole, {1, part});
        if (size.width >= 2 * needed->width && size.height >= 2 * needed->height) return size;
    }
    return whole;
}

// The library decodes a file that ends early into grey, and says so in a warning. Other warnings
// are about what cameras do and viewers don't mind.
bool is_cut_off(void* decoder) {
    return std::string_view(tjGetErrorStr2(decoder)).find("remature end") != std::string_view::npos;
}

}  // namespace

bool is_jpeg(std::span<const std::byte> file) {
    return file.size() >= 3 && file[0] == std::byte{0xff} && file[1] == std::byte{0xd8} &&
           file[2] == std::byte{0xff};
}

Result<ImageSize> read_size(std::span<const std::byte> file) {
    const Decoder decoder(tjInitDecompress());
    const auto head = read_head(decoder.get(), file);
    if (!head) return std::unexpected(head.error());
    return head->size;
}

Result<Image> decode(std::span<const std::byte> file, std::optional<ImageSize> needed) {
    const Decoder decoder(tjInitDecompress());
    const auto head = read_head(decoder.get(), file);
    if (!head) return std::unexpected(head.error());
    Image image(size_to_decode(head->size, needed), 3);
    if (tjDecompress2(decoder.get(), bytes_of(file), file.size(), image.pixels.data(),
                      image.size.width, 0, image.size.height, TJPF_RGB, kFlags) != 0) {
        const bool is_warning = tjGetErrorCode(decoder.get()) == TJERR_WARNING;
        if (!is_warning || is_cut_off(decoder.get())) return corrupt(decoder.get());
    }
    return image;
}

}  // namespace mettle::jpeg
