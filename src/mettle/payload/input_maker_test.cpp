#include "mettle/payload/input_maker.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace mettle::payload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Signature kDigits{{{"pixels", DataType::fp32, {-1, 3}}}, {}};
const Signature kBert{{{"ids", DataType::int64, {-1, -1}}, {"mask", DataType::int64, {-1, -1}}},
                      {}};
const Signature kWords{{{"text", DataType::bytes, {-1}}, {"age", DataType::uint8, {-1, 1}}}, {}};

class DataFile {
public:
    DataFile(const std::string& name, std::string_view content)
        : path_(std::filesystem::path(::testing::TempDir()) / name) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~DataFile() { std::filesystem::remove(path_); }
    std::string path() const { return path_; }

private:
    std::filesystem::path path_;
};

MakerOptions with_data(const DataFile& file, std::int64_t batch = 1) {
    MakerOptions options;
    options.data = file.path();
    options.batch = SizeLaw::fixed(batch);
    return options;
}

InputMaker maker(const Signature& signature, MakerOptions options) {
    auto made = InputMaker::create(signature, std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
}

std::string error_of(const Signature& signature, MakerOptions options) {
    auto made = InputMaker::create(signature, std::move(options));
    if (!made) return made.error().message;
    const auto inputs = made->make(0);
    return inputs ? "" : inputs.error().message;
}

template <typename T>
std::vector<T> numbers(const Tensor& tensor) {
    const auto span = tensor.as<T>();
    return {span.begin(), span.end()};
}

TEST(InputMaker, WithoutOptionsMakesWhatMakeInputsMakes) {
    auto made = maker(kDigits, {});
    const auto inputs = made.make(3).value();
    const auto plain = make_inputs(resolve_inputs(kDigits, {}).value(), 1, 3);
    EXPECT_EQ(numbers<float>(inputs[0].tensor), numbers<float>(plain[0].tensor));
}

TEST(InputMaker, DimensionsUnderTheSameLawAgreeWithinARequest) {
    MakerOptions options;
    options.shapes.insert(parse_shape_law("*:1,1..512").value());
    auto made = maker(kBert, options);
    std::set<std::int64_t> lengths;
    for (std::uint64_t index = 0; index < 20; ++index) {
        const auto inputs = made.make(index).value();
        EXPECT_EQ(inputs[0].tensor.shape, inputs[1].tensor.shape);
        lengths.insert(inputs[0].tensor.shape[1]);
    }
    EXPECT_GT(lengths.size(), 10u);
}

TEST(InputMaker, ValuesFollowTheLawOfTheirInput) {
    MakerOptions options;
    options.shapes.insert(parse_shape_law("*:1,4").value());
    options.values.insert(parse_input_values("mask:ones").value());
    options.values.insert(parse_input_values("tokens(7)").value());
    const auto inputs = maker(kBert, options).make(0).value();
    EXPECT_THAT(numbers<std::int64_t>(inputs[0].tensor), ::testing::Each(::testing::Lt(7)));
    EXPECT_THAT(numbers<std::int64_t>(inputs[1].tensor), ElementsAre(1, 1, 1, 1));
}

TEST(InputMaker, CsvCellsListsAndColumnsBecomeRows) {
    const DataFile lists("lists.csv", "id,pixels\n1,\"[1,2,3]\"\n2,\"[4,5,6]\"\n");
    EXPECT_THAT(numbers<float>(maker(kDigits, with_data(lists)).make(1).value()[0].tensor),
                ElementsAre(4, 5, 6));
    const DataFile indexed("indexed.csv", "pixels[0],pixels[1],pixels[2]\n7,8,9\n");
    EXPECT_THAT(numbers<float>(maker(kDigits, with_data(indexed)).make(0).value()[0].tensor),
                ElementsAre(7, 8, 9));
    const DataFile columns("columns.csv", "height,width,depth\n1.5,2,3\n");
    EXPECT_THAT(numbers<float>(maker(kDigits, with_data(columns)).make(0).value()[0].tensor),
                ElementsAre(1.5f, 2, 3));
}

TEST(InputMaker, RowsOfDataGoRoundInBatches) {
    const DataFile file("rows.jsonl",
                        "{\"pixels\":[1,1,1]}\n{\"pixels\":[2,2,2]}\n{\"pixels\":[3,3,3]}\n");
    auto made = maker(kDigits, with_data(file, 2));
    EXPECT_EQ(made.whole_data(), 2u);
    EXPECT_THAT(numbers<float>(made.make(0).value()[0].tensor), ElementsAre(1, 1, 1, 2, 2, 2));
    EXPECT_THAT(numbers<float>(made.make(1).value()[0].tensor), ElementsAre(3, 3, 3, 1, 1, 1));
}

TEST(InputMaker, WhatTheDataHasNotIsMade) {
    const DataFile file("texts.csv", "text,label\nhello,1\n");
    const auto inputs = maker(kWords, with_data(file)).make(0).value();
    EXPECT_THAT(split_bytes(inputs[0].tensor.data(), 1).value(), ElementsAre("hello"));
    EXPECT_EQ(inputs[1].tensor.shape, (Shape{1, 1}));
}

TEST(InputMaker, RowsOfDifferentLengthsAreSentOneByOne) {
    const DataFile file("ids.jsonl",
                        "{\"ids\":[1],\"mask\":[1]}\n{\"ids\":[1,2],\"mask\":[1,1]}\n");
    EXPECT_EQ(maker(kBert, with_data(file)).make(1).value()[0].tensor.shape, (Shape{1, 2}));
    EXPECT_THAT(error_of(kBert, with_data(file, 2)), HasSubstr("send them with -b 1"));
}

TEST(InputMaker, SaysWhereTheDataIsWrong) {
    const DataFile text("text.csv", "pixels\n\"[1,2,3]\"\nsmall\n");
    EXPECT_THAT(error_of(kDigits, with_data(text)), HasSubstr("text.csv:3: input 'pixels'"));
    const DataFile number("number.jsonl", "{\"pixels\":[1,2]}\n");
    EXPECT_THAT(error_of(kDigits, with_data(number)), HasSubstr("number.jsonl:1: input 'pixels'"));
    const DataFile other("other.csv", "a,b\n1,2\n");
    EXPECT_THAT(error_of(kBert, with_data(other)), HasSubstr("other.csv has a, b, and the model"));
    const DataFile missing("gap.jsonl", "{\"pixels\":[1,2,3]}\n{\"b\":1}\n");
    EXPECT_THAT(error_of(kDigits, with_data(missing)), HasSubstr("gap.jsonl:2: input 'pixels'"));
}

TEST(InputMaker, SaysWhatDoesNotFitTheModel) {
    MakerOptions options;
    EXPECT_THAT(error_of(kBert, options), HasSubstr("--shape ids:1,3,224,224"));
    options.shapes.insert(parse_shape_law("pixels:1,4").value());
    EXPECT_THAT(error_of(kDigits, options), HasSubstr("--shape pixels:1,4 does not fit"));
    options.shapes = {parse_shape_law("pixel:1,4").value()};
    EXPECT_THAT(error_of(kDigits, options), HasSubstr("--shape names 'pixel'"));
    options.shapes = {parse_shape_law("pixels:999999999,3").value()};
    EXPECT_THAT(error_of(kDigits, options), HasSubstr("larger than a payload may be"));
    options = {};
    options.values.insert(parse_input_values("pixels:text(3)").value());
    EXPECT_THAT(error_of(kDigits, options), HasSubstr("is for BYTES"));
    options = {};
    options.batch = SizeLaw::fixed(2);
    options.batch_given = true;
    EXPECT_THAT(error_of({{{"x", DataType::fp32, {1, 3}}}, {}}, options),
                HasSubstr("-b 2 does not"));
}

TEST(InputMaker, ReadsShapesWithLaws) {
    const auto shape = parse_shape_law("x:1,choice(8*1,16*3),3").value();
    ASSERT_EQ(shape.second.size(), 3u);
    EXPECT_EQ(shape.second[1].text(), "choice(8*1,16*3)");
    EXPECT_TRUE(parse_shape_law("scalar:")->second.empty());
    for (const char* bad : {"x", "1,2", "x:1,", "x:1,,2", "x:1,two", ":1"})
        EXPECT_THAT(parse_shape_law(bad).error().message, HasSubstr("is not a shape")) << bad;
}

}  // namespace
}  // namespace mettle::payload
