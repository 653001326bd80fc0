#include "mettle/payload/npy.hpp"

#include "mettle/payload/zip.hpp"

#include <gmock/gmock.h>

#include <zlib.h>

#include <cstring>

namespace mettle::payload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string npy(std::string_view dictionary, std::string_view data) {
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(dictionary.size());
    bytes += '\0';
    return bytes.append(dictionary).append(data);
}

std::string header(std::string_view descr, std::string_view shape,
                   std::string_view order = "False") {
    return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(order) +
           ", 'shape': " + std::string(shape) + ", }\n";
}

template <typename T>
std::string raw(std::initializer_list<T> values) {
    return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

std::string npy_error(std::string_view bytes) {
    const auto array = parse_npy(bytes);
    return array ? "" : array.error().message;
}

std::string little(std::size_t value, int size) {
    std::string bytes;
    for (; size > 0; --size, value >>= 8) bytes += static_cast<char>(value & 0xff);
    return bytes;
}

// An archive of one stored file.
std::string zip(const std::string& name, const std::string& data, std::size_t claimed) {
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(data.data()), static_cast<uInt>(data.size()));
    const std::string common = little(20, 2) + little(0, 2) + little(0, 2) + little(0, 4) +
                               little(sum, 4) + little(claimed, 4) + little(claimed, 4) +
                               little(name.size(), 2) + little(0, 2);
    const std::string local = "PK\x03\x04" + common + name + data;
    const std::string entry =
        "PK\x01\x02" + little(20, 2) + common + little(0, 10) + little(0, 4) + name;
    return local + entry + "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) +
           little(entry.size(), 4) + little(local.size(), 4) + little(0, 2);
}

TEST(Npy, ReadsNumbersWithTheirShape) {
    const auto array = parse_npy(npy(header("<f4", "(2, 2)"), raw<float>({1, 2, 3, 4.5f})));
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->type, DataType::fp32);
    EXPECT_EQ(array->shape, (Shape{2, 2}));
    EXPECT_THAT(array->as<float>(), ElementsAre(1, 2, 3, 4.5f));
    EXPECT_EQ(parse_npy(npy(header("<i8", "(1,)"), raw<std::int64_t>({7})))->shape, (Shape{1}));
    EXPECT_EQ(parse_npy(npy(header("<f8", "()"), raw<double>({7})))->shape, Shape{});
}

TEST(Npy, ReadsTextsAsBytes) {
    const auto wide =
        parse_npy(npy(header("<U2", "(2,)"), raw<std::uint32_t>({'a', 0, 0xe9, 'b'})));
    ASSERT_TRUE(wide) << wide.error().message;
    EXPECT_THAT(split_bytes(wide->data(), 2).value(), ElementsAre("a",
                                                                  "\xc3\xa9"
                                                                  "b"));
    const auto narrow = parse_npy(npy(header("|S3", "(2,)"), std::string("ab\0cde", 6)));
    ASSERT_TRUE(narrow) << narrow.error().message;
    EXPECT_THAT(split_bytes(narrow->data(), 2).value(), ElementsAre("ab", "cde"));
}

TEST(Npy, RefusesWhatItCannotRead) {
    EXPECT_THAT(npy_error("PK"), HasSubstr("no .npy file"));
    EXPECT_THAT(npy_error(npy(header("<f4", "(2, 2)"), "abc")), HasSubstr("ends early"));
    EXPECT_THAT(npy_error(npy(header(">f4", "(1,)"), "abcd")), HasSubstr("'>f4'"));
    EXPECT_THAT(npy_error(npy(header("|O", "(1,)"), "abcd")), HasSubstr("'|O'"));
    EXPECT_THAT(npy_error(npy(header("<f4", "(1, 1)", "True"), "abcd")), HasSubstr("Fortran"));
    EXPECT_THAT(npy_error(npy(header("<f4", "(99999999999, 99999999999)"), "")),
                HasSubstr("too many elements"));
    EXPECT_THAT(npy_error(npy("{'descr': [('a', '<f4')]}", "")), HasSubstr("no plain numbers"));
    EXPECT_THAT(npy_error(npy(header("|S0", "(99999999,)"), "")), HasSubstr("ends early"));
}

TEST(Npz, ReadsArraysByName) {
    const std::string array = npy(header("<f4", "(1,)"), raw<float>({3}));
    const auto arrays = parse_npz(zip("pixels.npy", array, array.size()));
    ASSERT_TRUE(arrays) << arrays.error().message;
    ASSERT_EQ(arrays->size(), 1u);
    EXPECT_EQ(arrays->front().name, "pixels");
    EXPECT_THAT(arrays->front().tensor.as<float>(), ElementsAre(3));
}

TEST(Npz, DoesNotBelieveAnArchive) {
    const auto error = [](const std::string& archive, std::size_t most = 1 << 20) {
        const auto files = unzip(archive, most);
        return files ? "" : files.error().message;
    };
    EXPECT_THAT(error("nothing"), HasSubstr("no zip archive"));
    EXPECT_THAT(error(zip("a", "data", 5000)), HasSubstr("'a' is damaged"));
    EXPECT_THAT(error(zip("a", "data", 4), 3), HasSubstr("more than 3 bytes"));
    std::string flipped = zip("a", "data", 4);
    flipped[flipped.find("data")] = 'D';
    EXPECT_THAT(error(flipped), HasSubstr("damaged"));
}

}  // namespace
}  // namespace mettle::payload
