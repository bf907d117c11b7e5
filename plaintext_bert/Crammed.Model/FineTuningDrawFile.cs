using System.Globalization;
using Crammed.Files;

namespace Crammed.Model;

/// <summary>The safetensors form of a <see cref="FineTuningDraw"/>.</summary>
internal static class FineTuningDrawFile
{
    private const string BatchOrder = "batch_order";
    private const string AdapterDropout = "adapter_dropout";
    private const string Format = "crammed-fine-tuning-draw/1";

    public static void Write(FineTuningDraw draw, string path)
    {
        var writer = new SafetensorsWriter();
        foreach (var tensor in draw.Tensors)
            writer.AddFloat32(tensor.Name, tensor.Shape, tensor.Values);
        writer.AddInt64(BatchOrder, [draw.Settings.Steps, draw.Settings.BatchSize], draw.BatchOrder);
        if (draw.AdapterDropout is not null)
            writer.AddUInt8(AdapterDropout, FineTuningDraw.DropoutShape(draw.Settings, draw.Shape), draw.AdapterDropout);
        writer.AddMetadata("format", Format);
        writer.AddMetadata("hyperparameters", draw.Settings.ToJson());
        writer.AddMetadata("shape", draw.Shape.ToJson());
        writer.AddMetadata("seed", draw.Seed.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata("training_examples", draw.TrainingExamples.ToString(CultureInfo.InvariantCulture));
        writer.Write(path);
    }

    public static FineTuningDraw Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        file.RequireMetadata("format", Format);
        var settings = file.ParseMetadata("hyperparameters", FineTuningSettings.FromJson);
        var shape = file.ParseMetadata("shape", FineTuningShape.FromJson);
        var seed = file.ParseMetadata("seed", text => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        var examples = file.ParseMetadata("training_examples", text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

        var expected = shape.TensorShapes(settings.Rank).ToList();
        var known = expected.Select(tensor => tensor.Name).Append(BatchOrder).Append(AdapterDropout).ToHashSet(StringComparer.Ordinal);
        if (file.Names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new InvalidDataException($"{path}: tensor '{unknown}' does not belong in a draw with shape {shape.ToJson()}");
        var tensors = expected
            .Select(tensor => new DrawTensor(tensor.Name, tensor.Shape, file.ReadFiniteFloat32(tensor.Name, tensor.Shape)))
            .ToList();
        return new FineTuningDraw(
            settings, shape, seed, examples, tensors, ReadBatchOrder(file, settings, examples), ReadDropout(file, settings, shape));
    }

    private static long[] ReadBatchOrder(SafetensorsFile file, FineTuningSettings settings, int examples)
    {
        file.RequireShape(BatchOrder, [settings.Steps, settings.BatchSize]);
        var order = file.ReadInt64(BatchOrder);
        var bad = Array.FindIndex(order, index => index < 0 || index >= examples);
        if (bad >= 0)
            throw new InvalidDataException(
                $"{file.Path}: {BatchOrder} holds {order[bad]} at position {bad}; indices must be 0 to {examples - 1}");
        return order;
    }

    private static byte[]? ReadDropout(SafetensorsFile file, FineTuningSettings settings, FineTuningShape shape)
    {
        if (settings.AdapterDropout == 0)
        {
            if (file.Contains(AdapterDropout))
                throw new InvalidDataException($"{file.Path}: has {AdapterDropout} masks, but the hyperparameters say adapter_dropout 0");
            return null;
        }

        file.RequireShape(AdapterDropout, FineTuningDraw.DropoutShape(settings, shape));
        if (file.DataType(AdapterDropout) != SafetensorsDataType.UInt8)
            throw new InvalidDataException($"{file.Path}: {AdapterDropout} has type {file.DataType(AdapterDropout)}; masks must be U8");
        var masks = file.ReadBytes(AdapterDropout);
        var bad = Array.FindIndex(masks, mask => mask > 1);
        if (bad >= 0)
            throw new InvalidDataException($"{file.Path}: {AdapterDropout} holds {masks[bad]} at position {bad}; masks must be 0 or 1");
        return masks;
    }
}
